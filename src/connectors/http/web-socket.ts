import type { OperatorActor, OperatorContext, OperatorDefinition, PollResult, StateChunk } from '../../actor/contract.ts'
import { assertSerializable } from '../../codec/index.ts'
import { onlyKnown } from '../../core/known-options.ts'
import { refuseOption } from '../../core/refuse-option.ts'
import { MillraceError } from '../../errors.ts'
import { checkFunction } from '../../graph/check-function.ts'
import { definitionSite } from '../../graph/site.ts'
import type { SourceSpec } from '../../graph/source-options.ts'
import type { Secret } from '../secret.ts'
import { checkUrl } from './address.ts'
import { FeedConnection, type FeedSettings } from './feed-connection.ts'
import { FEED_MESSAGE_BYTES_DEFAULT, FEED_RETRY_MS_DEFAULT, FEED_SILENCE_MS_DEFAULT, FEED_WAITING_BYTES_DEFAULT } from './limits.ts'
import { checkBounds } from './server.ts'

export interface WebSocketOptions<T> {
  /** Of ws or wss. */
  readonly url: string
  readonly protocols?: readonly string[]
  /** Headers of the request that opens the connection; a function is called for each. */
  readonly headers?: Readonly<Record<string, Secret>>
  /**
   * What to send on each connection, first: to subscribe, or to ask for what follows a position. `position` is that of the last record that the job has, null where there is none, or
   * records have none.
   */
  readonly greet?: (position: number | null) => string | readonly string[]
  /** Turns a message, a text in UTF-8, into the record; undefined: it is none. What it throws makes the message a bad one. Default: the value of the JSON. */
  readonly parse?: (message: string) => T | undefined
  /** Number of a record in its feed, each larger than that before. Then `greet` asks for what follows, and what comes again is left out: exactly once, if the feed gives it. */
  readonly position?: (record: T) => number
  /** 'closed': the source ends when the feed closes its connection with code 1000. Default 'forever': it is opened again. */
  readonly until?: 'forever' | 'closed'
  /** Bytes of one message, at most. Default 1 MiB. */
  readonly messageBytes?: number
  /** Bytes of messages that wait for the job; then the connection is not read. Default 8 MiB. */
  readonly waitingBytes?: number
  /** A feed that sends nothing, and answers no ping, for so long is gone: the connection is opened again. Default 30,000. */
  readonly silenceMs?: number
  /** A feed that cannot be reached for so long fails the job. Default 60,000. */
  readonly retryMs?: number
}

const OPTIONS = {
  url: 1,
  protocols: 1,
  headers: 1,
  greet: 1,
  parse: 1,
  position: 1,
  until: 1,
  messageBytes: 1,
  waitingBytes: 1,
  silenceMs: 1,
  retryMs: 1,
} as const

interface WebSocketSpec {
  /** A function, so that no secret stands where the graph is printed. */
  readonly connection: () => Omit<FeedSettings, 'greet'>
  readonly greet: ((position: number | null) => string | readonly string[]) | null
  readonly parse: ((message: string) => unknown) | null
  readonly position: ((record: unknown) => number) | null
}

/**
 * Messages of a feed by WebSocket, for `source.from(name, webSocketSource({ url }))`. Needs the package `ws`. One instance reads; a connection that is lost is opened again. At most once:
 * what comes while nobody listens is not seen. With `position` exactly once, as far as the feed gives again what follows a position.
 *
 * @throws MillraceError MR_OPTION_INVALID; the run fails with MR_PACKAGE_MISSING where `ws` is not installed, with MR_SOURCE_FAILED where the feed stays away
 */
export function webSocketSource<T = unknown>(options: WebSocketOptions<T>): SourceSpec<T> {
  const site = definitionSite(webSocketSource)
  onlyKnown('webSocketSource', options, OPTIONS, site)
  const { url, protocols = [], headers = {}, greet, parse, position, until = 'forever' } = options
  const { messageBytes = FEED_MESSAGE_BYTES_DEFAULT, waitingBytes = FEED_WAITING_BYTES_DEFAULT } = options
  const { silenceMs = FEED_SILENCE_MS_DEFAULT, retryMs = FEED_RETRY_MS_DEFAULT } = options
  checkUrl('webSocketSource', url, ['ws:', 'wss:'], site)
  for (const [name, fn] of Object.entries({ greet, parse, position })) if (fn !== undefined) checkFunction(fn, `webSocketSource ${name}`)
  if (until !== 'forever' && until !== 'closed') refuseOption('until of webSocketSource', until, `'forever' or 'closed'`, { site })
  checkBounds('webSocketSource', { messageBytes, waitingBytes, silenceMs, retryMs })
  const connection = (): Omit<FeedSettings, 'greet'> => ({
    url,
    protocols,
    headers,
    messageBytes,
    waitingBytes,
    silenceMs,
    retryMs,
    endsWhenClosed: until === 'closed',
  })
  const functions = { greet: greet ?? null, parse: parse ?? null, position: (position as WebSocketSpec['position'] | undefined) ?? null }
  const spec: WebSocketSpec = { connection, ...functions }
  const guarantee = position === undefined ? 'at-most-once' : 'exactly-once'
  return { kind: 'webSocket', spec: { ...spec }, parallelism: 1, guarantee, definition: webSocketDefinition }
}

interface FeedPosition {
  /** Of the last record; null: they have none, or none came. */
  readonly position: number | null
  readonly records: number
}

class WebSocketSource implements OperatorActor {
  readonly #spec: WebSocketSpec
  readonly #context: OperatorContext
  #feed: FeedConnection | null = null
  #position: number | null = null
  #records = 0

  constructor(spec: WebSocketSpec, context: OperatorContext) {
    this.#spec = spec
    this.#context = context
  }

  restore(chunks: readonly StateChunk[]): void {
    for (const { value } of chunks) {
      const { position, records } = value as FeedPosition
      this.#position = position
      this.#records = records
    }
  }

  async open(): Promise<void> {
    if (this.#context.index !== 0) return
    const { connection, greet } = this.#spec
    const greeting = (): readonly string[] => {
      const texts = greet?.(this.#position) ?? []
      return typeof texts === 'string' ? [texts] : texts
    }
    this.#feed = new FeedConnection({ ...connection(), greet: greeting }, this.#context.wake)
    await this.#feed.open()
  }

  poll(): PollResult {
    const feed = this.#feed
    if (feed === null) return 'end'
    const { batchRecords, badInput } = this.#context
    let records: unknown[] = []
    const flush = (): void => {
      const first = this.#records
      this.#records += records.length
      if (records.length > 0) this.#context.run(records, 0, records.length, null, undefined, first)
      records = []
    }
    for (let taken = 0; taken < batchRecords; taken++) {
      const message = feed.take()
      if (message === null) break
      badInput?.next()
      try {
        const record = this.#recordOf(message)
        if (record !== undefined) records.push(record)
      } catch (cause) {
        flush()
        const failure = new MillraceError('MR_INPUT_INVALID', `Message behind record ${this.#records} is bad: ${reasonOf(cause)}`, {
          cause,
        })
        if (badInput === null) throw failure
        badInput.leaveOut(new Uint8Array(message), failure, 0, this.#records)
      }
    }
    flush()
    if (feed.hasMore) return 'more'
    return feed.isOver ? 'end' : 'waiting'
  }

  snapshot(): StateChunk[] {
    if (this.#context.index !== 0) return []
    return [{ scope: 'split', id: 0, value: { position: this.#position, records: this.#records } satisfies FeedPosition }]
  }

  close(): void {
    this.#feed?.close()
  }

  /** Undefined: it is none, or one that was there. */
  #recordOf(message: Buffer): unknown {
    const { parse, position } = this.#spec
    const text = message.toString('utf8')
    const record: unknown = parse === null ? JSON.parse(text) : parse(text)
    // A message like any other that is bad: behind it, it would end the job.
    assertSerializable(record)
    if (record === undefined || position === null) return record
    const at = position(record)
    if (typeof at !== 'number' || Number.isNaN(at)) throw new TypeError(`position() returned ${String(at)}, which is no number`)
    if (this.#position !== null && at <= this.#position) return undefined
    this.#position = at
    return record
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export const webSocketDefinition: OperatorDefinition = {
  kind: 'webSocket',
  create: (spec, context) => new WebSocketSource(spec as unknown as WebSocketSpec, context),
}
