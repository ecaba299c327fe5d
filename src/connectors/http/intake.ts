import type { IncomingMessage, ServerResponse } from 'node:http'
import { type BodyFormat, type Room, formatOf, readBody, recordsOf } from './body.ts'
import type { Gate } from './gate.ts'
import { HTTP_KEY_CHARS_MAX } from './limits.ts'
import { Refused, answer, answerRefused, comeAgain } from './refused.ts'

export interface IntakeRules<T> {
  readonly parse: ((value: unknown) => T) | null
  readonly bodyBytes: number
  readonly requestMs: number
}

/** What a request has brought. */
export interface Taking<T> {
  readonly records: readonly T[]
  /** Of its body, which is in the room until whoever takes it gives them back. */
  readonly bytes: number
  /** The header Idempotency-Key: equal for a request that comes again. */
  readonly key: string | null
}

/** Takes it, and resolves to the status to answer with. Throws Refused: nothing of it was taken, and its bytes were given back. */
export type Take<T> = (taking: Taking<T>) => Promise<200 | 202>

/** Requests that bring records: checks them, reads them, hands them over, answers. */
export class Intake<T> {
  readonly #rules: IntakeRules<T>
  readonly #gate: Gate
  readonly #room: Room
  readonly #take: Take<T>

  constructor(rules: IntakeRules<T>, gate: Gate, room: Room, take: Take<T>) {
    this.#rules = rules
    this.#gate = gate
    this.#room = room
    this.#take = take
  }

  /** @param path null: whoever calls this has seen to it */
  async serve(request: IncomingMessage, response: ServerResponse, path: string | null): Promise<void> {
    try {
      const [asked, query] = (request.url ?? '/').split('?', 2)
      if (path !== null && asked !== path) throw new Refused(404, 'There is nothing at this path')
      if (this.#gate.share(request, response)) return
      const { key, format } = this.#accepted(request, query)
      const body = await readBody(request, this.#room, this.#rules)
      const taking = { records: this.#recordsOf(body, format), bytes: body.length, key }
      const status = await this.#take(taking)
      answer(response, status, { records: taking.records.length })
    } catch (error) {
      answerRefused(response, error)
    }
  }

  /** @throws Refused, before anything of the body is read */
  #accepted(request: IncomingMessage, query: string | undefined): { readonly key: string | null; readonly format: BodyFormat } {
    this.#gate.check(request, new URLSearchParams(query))
    if (request.method !== 'POST') throw new Refused(405, 'Records come by POST')
    const format = formatOf(request)
    const key = request.headers['idempotency-key'] ?? null
    if (Array.isArray(key) || (key !== null && (key === '' || key.length > HTTP_KEY_CHARS_MAX)))
      throw new Refused(400, `Idempotency-Key is one text of 1 to ${HTTP_KEY_CHARS_MAX} characters`)
    if (this.#room.isFull) throw comeAgain(429, 'The job is behind: come again later')
    return { key, format }
  }

  #recordsOf(body: Buffer, format: BodyFormat): T[] {
    try {
      return recordsOf(body, format, this.#rules.parse)
    } catch (error) {
      this.#room.give(body.length)
      throw error
    }
  }
}
