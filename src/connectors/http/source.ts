import type { Server } from 'node:http'
import type { OperatorActor, OperatorContext, OperatorDefinition, PollResult, StateChunk } from '../../actor/contract.ts'
import { onlyKnown } from '../../core/known-options.ts'
import { refuseOption } from '../../core/refuse-option.ts'
import { checkFunction } from '../../graph/check-function.ts'
import { definitionSite } from '../../graph/site.ts'
import type { SourceSpec } from '../../graph/source-options.ts'
import { Room } from './body.ts'
import { Gate, type GateOptions, checkGate, gateOptions } from './gate.ts'
import { Intake, type IntakeRules, type Taking } from './intake.ts'
import {
  HTTP_ACKNOWLEDGE_MS_DEFAULT,
  HTTP_BODY_BYTES_DEFAULT,
  HTTP_REQUEST_MS_DEFAULT,
  HTTP_WAITING_BYTES_DEFAULT,
  HTTP_WAITING_REQUESTS_MAX,
} from './limits.ts'
import { RequestLog, type RequestLogState } from './request-log.ts'
import { comeAgain } from './refused.ts'
import { HOST_DEFAULT, LISTEN_OPTIONS, type ListenOptions, checkBounds, checkListen, checkPath, closeServer, listen } from './server.ts'

/** What may come by HTTP, for {@link httpSource} and {@link httpHandler}. */
export interface HttpIntakeOptions<T> extends GateOptions {
  /** Turns a value into the record; a request with one that it throws on is answered 400. Default: the value. */
  readonly parse?: (value: unknown) => T
  /** When a request is answered: 200 when a complete checkpoint has its records, or 202 when they wait in memory. Default 'checkpoint'. */
  readonly acknowledge?: 'checkpoint' | 'taken'
  /** Bytes of one body, at most. Default 1 MiB. */
  readonly bodyBytes?: number
  /** Bytes of bodies that wait for the job; requests beyond are answered 429. Default 16 MiB. */
  readonly waitingBytes?: number
  /** A request that is not here as a whole within so long is cut off. Default 10,000. */
  readonly requestMs?: number
  /** Longest wait for a checkpoint; then the answer is 503, and the request is to come again. Default 30,000. */
  readonly acknowledgeMs?: number
}

export interface HttpSourceOptions<T> extends HttpIntakeOptions<T>, ListenOptions {
  /** Where records are posted to. Default '/'. */
  readonly path?: string
}

export const INTAKE_OPTIONS = {
  token: 1,
  origins: 1,
  hosts: 1,
  parse: 1,
  acknowledge: 1,
  bodyBytes: 1,
  waitingBytes: 1,
  requestMs: 1,
  acknowledgeMs: 1,
} as const

/** @throws MillraceError MR_OPTION_INVALID */
export function checkIntake<T>(what: string, options: HttpIntakeOptions<T>, host: string, site: string): IntakeSettings<T> {
  checkGate(what, options, host, site)
  const { parse, acknowledge = 'checkpoint', bodyBytes = HTTP_BODY_BYTES_DEFAULT, waitingBytes = HTTP_WAITING_BYTES_DEFAULT } = options
  const { requestMs = HTTP_REQUEST_MS_DEFAULT, acknowledgeMs = HTTP_ACKNOWLEDGE_MS_DEFAULT } = options
  if (parse !== undefined) checkFunction(parse, `${what} parse`)
  if (acknowledge !== 'checkpoint' && acknowledge !== 'taken')
    refuseOption(`acknowledge of ${what}`, acknowledge, `'checkpoint' or 'taken'`, { site })
  checkBounds(what, { bodyBytes, waitingBytes, requestMs, acknowledgeMs })
  if (waitingBytes < bodyBytes)
    refuseOption(`waitingBytes of ${what}`, waitingBytes, `at least bodyBytes=${bodyBytes}: a request has to fit`, { site })
  return { parse: parse ?? null, acknowledge, bodyBytes, waitingBytes, requestMs, acknowledgeMs }
}

export interface IntakeSettings<T> extends IntakeRules<T> {
  readonly acknowledge: 'checkpoint' | 'taken'
  readonly waitingBytes: number
  readonly acknowledgeMs: number
}

interface HttpSourceSpec {
  readonly listening: () => ListenOptions
  readonly path: string
  /** A function, so that no secret stands where the graph is printed. */
  readonly gate: () => GateOptions
  readonly intake: IntakeSettings<unknown>
}

/**
 * Records that others post, for `source.from(name, httpSource({ port }))`. One instance listens. At least once, by the client: it sends again what was not answered with 200; with the
 * header `Idempotency-Key` what comes again is known, and each record counts once. With `acknowledge: 'taken'` at most once.
 *
 * @throws MillraceError MR_OPTION_INVALID; the run fails with MR_SOURCE_FAILED where it cannot listen
 */
export function httpSource<T = unknown>(options: HttpSourceOptions<T>): SourceSpec<T> {
  const site = definitionSite(httpSource)
  onlyKnown('httpSource', options, { ...INTAKE_OPTIONS, ...LISTEN_OPTIONS, path: 1 }, site)
  checkListen('httpSource', options, site)
  const { port, host = HOST_DEFAULT, tls, onListening, path = '/' } = options
  checkPath('httpSource', path, site)
  const intake = checkIntake('httpSource', options, host, site)
  // What TLS needs is a secret as well.
  const listening = (): ListenOptions => ({ port, host, ...(tls && { tls }), ...(onListening && { onListening }) })
  const gate = (): GateOptions => gateOptions(options)
  const guarantee = intake.acknowledge === 'checkpoint' ? 'at-least-once' : 'at-most-once'
  return { kind: 'http', spec: { listening, path, gate, intake }, parallelism: 1, guarantee, definition: httpSourceDefinition }
}

/** One batch that was posted, not or partly handed out. */
interface Waiting {
  readonly taking: Taking<unknown>
  next: number
}

/** Its position counts records. Nothing can be read again: a request is answered when its records are durable, and whoever sent it keeps them until then. */
class HttpSource implements OperatorActor {
  readonly #spec: HttpSourceSpec
  readonly #context: OperatorContext
  readonly #room: Room
  readonly #log: RequestLog
  readonly #waiting: Waiting[] = []
  #server: Server | null = null
  #checkpointAsked = false

  constructor(spec: HttpSourceSpec, context: OperatorContext) {
    this.#spec = spec
    this.#context = context
    this.#room = new Room(spec.intake.waitingBytes)
    this.#log = new RequestLog(spec.intake.acknowledgeMs)
  }

  restore(chunks: readonly StateChunk[]): void {
    for (const { value } of chunks) this.#log.restore(value as RequestLogState)
  }

  async open(): Promise<void> {
    if (this.#context.index !== 0) return
    const { listening, path, gate, intake } = this.#spec
    const door = await Gate.open('httpSource', gate(), 'POST')
    const requests = new Intake(intake, door, this.#room, (taking) => this.#take(taking))
    this.#server = await listen(listening(), intake.requestMs, 'MR_SOURCE_FAILED', (request, response) => {
      void requests.serve(request, response, path)
    })
  }

  poll(): PollResult {
    if (this.#context.index !== 0) return 'end'
    const first = this.#waiting[0]
    if (first === undefined) return 'waiting'
    const { taking } = first
    const from = first.next
    const to = Math.min(taking.records.length, from + this.#context.batchRecords)
    first.next = to
    if (to === taking.records.length) this.#waiting.shift()
    this.#context.run(taking.records, from, to, null, undefined, this.#log.position)
    this.#log.ran(to - from)
    if (to === taking.records.length) this.#room.give(taking.bytes)
    if (this.#waiting.length > 0) return 'more'
    // Somebody waits for it.
    if (this.#spec.intake.acknowledge === 'checkpoint' && !this.#checkpointAsked) {
      this.#checkpointAsked = true
      this.#context.requestCheckpoint()
    }
    return 'waiting'
  }

  snapshot(checkpointId: number): StateChunk[] {
    if (this.#context.index !== 0) return []
    this.#checkpointAsked = false
    return [{ scope: 'split', id: 0, value: this.#log.snapshot(checkpointId) }]
  }

  onCheckpointComplete(checkpointId: number): void {
    this.#log.onDurable(checkpointId)
  }

  onCheckpointFailed(): void {
    if (!this.#log.isAwaited || this.#checkpointAsked) return
    this.#checkpointAsked = true
    this.#context.requestCheckpoint()
  }

  async close(): Promise<void> {
    this.#log.close()
    if (this.#server !== null) await closeServer(this.#server)
  }

  async #take(taking: Taking<unknown>): Promise<200 | 202> {
    const isLate = this.#spec.intake.acknowledge === 'checkpoint'
    const give = (): void => this.#room.give(taking.bytes)
    if (this.#log.isClosed || this.#log.size >= HTTP_WAITING_REQUESTS_MAX) {
      give()
      throw this.#log.isClosed
        ? comeAgain(503, 'The job restarts: come again later')
        : comeAgain(429, 'The job is behind: come again later')
    }
    const known = this.#log.find(taking.key, taking.records.length)
    const records = known === null ? taking.records : taking.records.slice(known.had)
    const end = known !== null && records.length === 0 ? known.end : this.#log.add(records.length, taking.key)
    if (records.length === 0) give()
    else {
      this.#waiting.push({ taking: { ...taking, records }, next: 0 })
      this.#context.wake()
    }
    if (isLate) await this.#log.durable(end)
    return isLate ? 200 : 202
  }
}

export const httpSourceDefinition: OperatorDefinition = {
  kind: 'http',
  create: (spec, context) => new HttpSource(spec as unknown as HttpSourceSpec, context),
}
