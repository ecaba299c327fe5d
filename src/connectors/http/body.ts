import { setTimeout as after } from 'node:timers'
import type { IncomingMessage } from 'node:http'
import { assertSerializable } from '../../codec/index.ts'
import { Refused, comeAgain } from './refused.ts'

export type BodyFormat = 'json' | 'ndjson'

/** Bytes of bodies that are in memory, over all requests. */
export class Room {
  readonly #bytesMax: number
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get isFull(): boolean {
    return this.#bytes >= this.#bytesMax
  }

  /** @throws Refused 429 */
  take(bytes: number): void {
    if (this.#bytes + bytes > this.#bytesMax) throw comeAgain(429, 'The job is behind: come again later')
    this.#bytes += bytes
  }

  give(bytes: number): void {
    this.#bytes -= bytes
  }
}

/** @throws Refused 415 */
export function formatOf(request: IncomingMessage): BodyFormat {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers
  if (encoding !== 'identity') throw new Refused(415, 'A body comes as it is, without Content-Encoding')
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1]
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) throw new Refused(415, 'A body is UTF-8')
  switch (type.split(';')[0]!.trim().toLowerCase()) {
    case 'application/json':
      return 'json'
    case 'application/x-ndjson':
    case 'application/ndjson':
    case 'application/jsonl':
      return 'ndjson'
  }
  throw new Refused(415, 'A body is application/json (a record, or an array of records) or application/x-ndjson (a record a line)')
}

/** Reads a body into room that was taken for it; whoever asked gives it back. Throws after it gave back what it took. */
export async function readBody(
  request: IncomingMessage,
  room: Room,
  { bodyBytes, requestMs }: { readonly bodyBytes: number; readonly requestMs: number },
): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > bodyBytes) throw tooLarge(bodyBytes)
  const chunks: Buffer[] = []
  let bytes = 0
  let slow = false
  const timer = after(() => {
    slow = true
    request.destroy()
  }, requestMs)
  try {
    // Not destroyed by what is thrown here: the answer goes through the same connection.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (bytes + chunk.length > bodyBytes) throw tooLarge(bodyBytes)
      room.take(chunk.length)
      bytes += chunk.length
      chunks.push(chunk)
    }
    return Buffer.concat(chunks, bytes)
  } catch (error) {
    room.give(bytes)
    throw slow ? new Refused(408, 'The body took too long') : error
  } finally {
    clearTimeout(timer)
  }
}

/** @throws Refused 400, with the line, or the number of the record, that is wrong: both from 1 */
export function recordsOf<T>(body: Buffer, format: BodyFormat, parse: ((value: unknown) => T) | null): T[] {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new Refused(400, 'The body is not UTF-8')
  }
  if (format === 'json') {
    const value = parsed(text, {})
    const values: readonly unknown[] = Array.isArray(value) ? value : [value]
    return values.map((each, i) => recordOf(each, { record: i + 1 }, parse))
  }
  const records: T[] = []
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    records.push(recordOf(parsed(line, { line: i + 1 }), { line: i + 1 }, parse))
  }
  return records
}

function parsed(text: string, place: Refused['place']): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Refused(400, `This is not JSON: ${(error as Error).message}`, place)
  }
}

function recordOf<T>(value: unknown, place: Refused['place'], parse: ((value: unknown) => T) | null): T {
  try {
    const record = parse === null ? (value as T) : parse(value)
    // Where it is taken: behind it, it would end the job, and whoever sent it would never know.
    assertSerializable(record)
    return record
  } catch (error) {
    throw new Refused(400, `This is no record: ${error instanceof Error ? error.message : String(error)}`, place)
  }
}

function tooLarge(bodyBytes: number): Refused {
  return new Refused(413, `A body may have ${bodyBytes} bytes`)
}
