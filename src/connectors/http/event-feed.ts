import type { IncomingMessage, ServerResponse } from 'node:http'
import { finished } from 'node:stream/promises'
import { jsonText } from '../../core/json-text.ts'
import { canonicalKey, type Key } from '../../core/key.ts'
import { onlyKnown } from '../../core/known-options.ts'
import { systemClock } from '../../core/clock.ts'
import { checkFunction } from '../../graph/check-function.ts'
import { definitionSite } from '../../graph/site.ts'
import { Gate, type GateOptions, checkGate } from './gate.ts'
import {
  EVENTS_KEPT_DEFAULT,
  EVENT_ALIVE_MS,
  EVENT_CLIENTS_DEFAULT,
  EVENT_CLIENT_BYTES_DEFAULT,
  EVENT_LAST_MS,
  EVENT_LIVES_KEPT,
} from './limits.ts'
import { Refused, answerRefused } from './refused.ts'
import { HOST_DEFAULT, checkBounds } from './server.ts'

/** How records become events, who may follow them, and how far behind. */
export interface EventOptions<T> extends GateOptions {
  /** What makes two records the same row: of each only the newest is kept for clients that come, or come back. Default: each record stands for itself. */
  readonly key?: (keyof T & string) | ((record: T) => Key)
  /** Name of the event, as pages listen for it. Default: none, which is 'message'. */
  readonly event?: string | ((record: T) => string)
  /** What is sent, as JSON. Default: the record. */
  readonly data?: (record: T) => unknown
  /** Events, or rows, kept for clients that come, or come back. Default 1,000. */
  readonly keep?: number
  /** Clients at a time; more are answered 503. Default 1,000. */
  readonly clients?: number
  /** A client that has so many bytes still to take is let go; it may come back. Default 1 MiB. */
  readonly clientBytes?: number
  /** Told how many were let go so far, whenever one is. */
  readonly onDropped?: (dropped: number) => void
}

export const EVENT_OPTIONS = {
  token: 1,
  origins: 1,
  hosts: 1,
  key: 1,
  event: 1,
  data: 1,
  keep: 1,
  clients: 1,
  clientBytes: 1,
  onDropped: 1,
} as const

/** @throws MillraceError MR_OPTION_INVALID */
export function checkEvents<T>(what: string, options: EventOptions<T>, host: string, site: string): void {
  const { key, event, data, keep, clients, clientBytes, onDropped } = options
  checkGate(what, options, host, site)
  for (const [name, fn] of Object.entries({ data, onDropped })) if (fn !== undefined) checkFunction(fn, `${what} ${name}`)
  if (key !== undefined && typeof key !== 'string') checkFunction(key, `${what} key`)
  if (event !== undefined && typeof event !== 'string') checkFunction(event, `${what} event`)
  checkBounds(what, { keep, clients, clientBytes })
}

/** An event as it is sent, and kept. */
export interface KeptEvent {
  readonly n: number
  readonly key: string
  readonly text: string
}

/** What a checkpoint keeps of a feed. */
export interface EventFeedState {
  readonly n: number
  readonly kept: readonly KeptEvent[]
  readonly names: readonly (readonly [name: string, n: number])[]
}

/**
 * Server-sent events of records: to each client those that are kept, or of these what it has missed (Last-Event-ID), then all that come. Clients that do not take them are let go.
 */
export class EventFeed<T> {
  readonly #options: EventOptions<T>
  readonly #what: 'eventFeed' | 'eventSink'
  readonly #name: string
  /** Of earlier lives, whose ids clients may have: how far this one goes on with what they sent. */
  #earlier: readonly (readonly [name: string, n: number])[] = []
  readonly #kept = new Map<string, KeptEvent>()
  readonly #clients = new Set<ServerResponse>()
  readonly #alive: NodeJS.Timeout
  #gate: Promise<Gate> | null = null
  #n = 0
  #dropped = 0
  #closed = false

  /** @internal `name` tells ids of one life of the feed from those of others. */
  constructor(what: 'eventFeed' | 'eventSink', options: EventOptions<T>, name: string) {
    this.#what = what
    this.#options = options
    this.#name = name
    // Who is gone without a word is found out by what it does not take.
    this.#alive = setInterval(() => this.#sendAll(':\n\n'), EVENT_ALIVE_MS)
    this.#alive.unref()
  }

  get clients(): number {
    return this.#clients.size
  }

  /** Clients that were let go since they did not take what was sent. */
  get dropped(): number {
    return this.#dropped
  }

  push(record: T): void {
    const { key, event, data, keep = EVENTS_KEPT_DEFAULT } = this.#options
    const n = ++this.#n
    const name = typeof event === 'function' ? event(record) : event
    const shown = jsonText(data === undefined ? record : data(record)) ?? 'null'
    const text = `id: ${this.#name}.${n}\n${name === undefined ? '' : `event: ${name.replace(/[\r\n]/g, ' ')}\n`}data: ${shown}\n\n`
    const row = key === undefined ? String(n) : canonicalKey(typeof key === 'function' ? key(record) : (record[key] as Key))
    // The newest is last.
    this.#kept.delete(row)
    this.#kept.set(row, { n, key: row, text })
    if (this.#kept.size > keep) this.#kept.delete(this.#kept.keys().next().value!)
    this.#sendAll(text)
  }

  /** A handler of requests, for a server of the app or of a sink: bound to the feed. */
  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    this.#admit(request, response).catch((error: unknown) => answerRefused(response, error, 'GET'))
  }

  /** @internal */
  snapshot(): EventFeedState {
    const names = [...this.#earlier, [this.#name, this.#n] as const]
    return { n: this.#n, kept: [...this.#kept.values()], names: names.slice(-EVENT_LIVES_KEPT) }
  }

  /** @internal */
  restore({ n, kept, names }: EventFeedState): void {
    this.#n = n
    this.#earlier = names
    for (const event of kept) this.#kept.set(event.key, event)
  }

  /** @internal Once it has opened it stays; where the token comes from may be there again with the next request. */
  openGate(): Promise<Gate> {
    this.#gate ??= Gate.open(this.#what, this.#options, 'GET').catch((thrown: unknown) => {
      this.#gate = null
      throw thrown
    })
    return this.#gate
  }

  /** Ends the streams of all clients; those that come are refused. Resolves when each client has taken what was sent, or two seconds were not enough for that. */
  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#alive)
    const clients = [...this.#clients]
    this.#clients.clear()
    const last = AbortSignal.timeout(EVENT_LAST_MS)
    await Promise.all(clients.map((client) => finished(client.end(), { signal: last, cleanup: true }).catch(() => {})))
  }

  async #admit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = new URLSearchParams((request.url ?? '/').split('?', 2)[1])
    const gate = await this.openGate()
    if (gate.share(request, response)) return
    gate.check(request, query)
    if (request.method !== 'GET') throw new Refused(405, 'Events come by GET')
    if (this.#closed || this.#clients.size >= (this.#options.clients ?? EVENT_CLIENTS_DEFAULT))
      throw new Refused(503, 'No more clients may follow')
    this.#begin(request, response)
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    })
    const seen = this.#seenBy(request.headers['last-event-id'])
    let missed = ''
    for (const { n, text } of this.#kept.values()) if (n > seen) missed += text
    // A comment at least, so that the client knows that it is connected.
    response.write(missed === '' ? ':\n\n' : missed)
    this.#clients.add(response)
    response.once('close', () => this.#clients.delete(response))
    response.on('error', () => {})
  }

  /** Number of the last event that the client has, of those that are not to come again; 0: none of this feed. */
  #seenBy(id: string | string[] | undefined): number {
    const [, name, n] = /^(.*)\.(\d{1,15})$/.exec(typeof id === 'string' ? id : '') ?? []
    if (name === this.#name) return Number(n)
    const earlier = this.#earlier.find(([other]) => other === name)
    return earlier === undefined ? 0 : Math.min(Number(n), earlier[1])
  }

  #sendAll(text: string): void {
    const { clientBytes = EVENT_CLIENT_BYTES_DEFAULT, onDropped } = this.#options
    for (const client of this.#clients) {
      if (client.writableLength <= clientBytes) {
        client.write(text)
        continue
      }
      this.#clients.delete(client)
      client.destroy()
      onDropped?.(++this.#dropped)
    }
  }
}

/**
 * A feed for a server of the app: `feed.push(record)` with what comes out of an outlet, `feed.handle` for requests. What is kept is gone with the process.
 *
 * @throws MillraceError MR_OPTION_INVALID
 * @example
 * ```ts
 * const feed = eventFeed<Row>({ key: 'key' })
 * createServer(feed.handle).listen(8080)
 * for await (const row of run.outlet('totals')) feed.push(row)
 * ```
 */
export function eventFeed<T>(options: EventOptions<T> = {}): EventFeed<T> {
  const site = definitionSite(eventFeed)
  onlyKnown('eventFeed', options, EVENT_OPTIONS, site)
  checkEvents('eventFeed', options, HOST_DEFAULT, site)
  return new EventFeed<T>('eventFeed', options, systemClock.nowMs().toString(36))
}
