import type { RequestListener, Server } from 'node:http'
import type { OperatorActor, OperatorContext, OperatorDefinition, StateChunk } from '../../actor/contract.ts'
import { onlyKnown } from '../../core/known-options.ts'
import type { SinkSpec } from '../../graph/sinks.ts'
import { definitionSite } from '../../graph/site.ts'
import { EVENT_OPTIONS, EventFeed, type EventFeedState, type EventOptions, checkEvents } from './event-feed.ts'
import { EVENT_CLIENTS_DEFAULT, EVENT_CONNECTIONS_SPARE, HTTP_REQUEST_MS_DEFAULT } from './limits.ts'
import { Refused, answerRefused } from './refused.ts'
import { HOST_DEFAULT, LISTEN_OPTIONS, type ListenOptions, checkListen, checkPath, closeServer, listen } from './server.ts'

export interface EventSinkOptions<T> extends EventOptions<T>, ListenOptions {
  /** Where events are to be had. Default '/'. */
  readonly path?: string
}

interface EventSinkSpec {
  /** A function, so that no secret stands where the graph is printed. */
  readonly options: () => EventSinkOptions<unknown>
  readonly path: string
}

/**
 * Rows of a table, or records of a stream, to browsers: server-sent events at a port of this machine. What is kept for clients that come back is part of checkpoints. At least once to who
 * listens; who was away for longer than `keep` events misses the oldest.
 *
 * @throws MillraceError MR_OPTION_INVALID; the run fails with MR_SINK_FAILED where it cannot listen
 */
export function eventSink<T>(options: EventSinkOptions<T>): SinkSpec<T> {
  const site = definitionSite(eventSink)
  onlyKnown('eventSink', options, { ...EVENT_OPTIONS, ...LISTEN_OPTIONS, path: 1 }, site)
  const { host = HOST_DEFAULT, path = '/' } = options
  checkListen('eventSink', options, site)
  checkPath('eventSink', path, site)
  checkEvents('eventSink', options, host, site)
  const spec: EventSinkSpec = { options: () => options as EventSinkOptions<unknown>, path }
  return { kind: 'events', spec: { ...spec }, parallelism: 1, guarantee: 'at-least-once', definition: eventSinkDefinition }
}

class EventSink implements OperatorActor {
  readonly #spec: EventSinkSpec
  readonly #feed: EventFeed<unknown>
  #server: Server | null = null

  constructor(spec: EventSinkSpec, { lineage, firstCheckpoint, attempt }: OperatorContext) {
    this.#spec = spec
    this.#feed = new EventFeed('eventSink', spec.options(), `${lineage}.${firstCheckpoint}.${attempt}`)
  }

  restore(chunks: readonly StateChunk[]): void {
    for (const { value } of chunks) this.#feed.restore(value as EventFeedState)
  }

  async open(): Promise<void> {
    const { options, path } = this.#spec
    await this.#feed.openGate()
    const { clients = EVENT_CLIENTS_DEFAULT, ...listening } = options()
    const serve: RequestListener = (request, response) => {
      if ((request.url ?? '/').split('?', 1)[0] === path) this.#feed.handle(request, response)
      else answerRefused(response, new Refused(404, 'There is nothing at this path'))
    }
    this.#server = await listen(listening, HTTP_REQUEST_MS_DEFAULT, 'MR_SINK_FAILED', serve, clients + EVENT_CONNECTIONS_SPARE)
  }

  process(record: unknown): void {
    this.#feed.push(record)
  }

  snapshot(): StateChunk[] {
    return [{ scope: 'instance', id: 0, value: this.#feed.snapshot() }]
  }

  async close(): Promise<void> {
    await this.#feed.close()
    if (this.#server !== null) await closeServer(this.#server)
  }
}

export const eventSinkDefinition: OperatorDefinition = {
  kind: 'events',
  create: (spec, context) => new EventSink(spec as unknown as EventSinkSpec, context),
}
