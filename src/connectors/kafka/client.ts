import type * as Library from '@platformatic/kafka'
import type { ClusterMetadata, ClusterTopicMetadata } from '@platformatic/kafka'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadPackage } from '../../actor/optional-package.ts'
import { systemClock } from '../../core/clock.ts'
import { KAFKA_RETRY_MS_DEFAULT, KAFKA_RETRY_PAUSE_MS_MAX, KAFKA_RETRY_PAUSE_MS_MIN } from '../limits.ts'
import type { KafkaConnection } from './connection.ts'

/** Errors of brokers that pass by, though the protocol's table does not say so of each. */
const PASSING: ReadonlySet<unknown> = new Set(['CONCURRENT_TRANSACTIONS', 'COORDINATOR_LOAD_IN_PROGRESS', 'REQUEST_TIMED_OUT'])

/** A request: its arguments depend on the API. */
type Api = { async(connection: Library.Connection, ...args: unknown[]): Promise<unknown> }

/**
 * Requests to a cluster. Of the client library this uses connections, requests and the encoding of records; what to ask whom, and when again, is decided here: its own producer takes another
 * producer id at every start, and its own consumer gives out records of transactions that were aborted.
 */
export class KafkaClient {
  readonly library: typeof Library
  readonly #base: Library.Base
  /** Failures that pass by may last so long. */
  readonly retryMs: number
  #closed = false

  private constructor(
    library: typeof Library,
    { brokers, clientId = 'millrace', tls, sasl, retryMs = KAFKA_RETRY_MS_DEFAULT }: KafkaConnection,
  ) {
    this.library = library
    this.retryMs = retryMs
    this.#base = new library.Base({
      clientId,
      bootstrapBrokers: [...brokers],
      retries: 0,
      ...(tls && { tls }),
      ...(sasl && { sasl }),
    })
  }

  static async open(connection: KafkaConnection): Promise<KafkaClient> {
    return new KafkaClient(await library(), connection)
  }

  get closed(): boolean {
    return this.#closed
  }

  /** @throws what the cluster says, UNKNOWN_TOPIC_OR_PARTITION for one that it does not have */
  async topic(name: string): Promise<ClusterTopicMetadata> {
    return (await this.#metadata([name])).topics.get(name)!
  }

  async nodes(): Promise<number[]> {
    return [...(await this.#metadata([])).brokers.keys()]
  }

  /** What was known of leaders and coordinators may be wrong. */
  forget(): void {
    this.#base.clearMetadata()
  }

  /** A request to one broker, in the newest version that both sides have. */
  async ask<T>(name: string, node: number, ...args: unknown[]): Promise<T> {
    return (await (await this.#api(name)).async(await this.#connection(node), ...args)) as T
  }

  /** The same to any broker. */
  async askAny<T>(name: string, ...args: unknown[]): Promise<T> {
    const nodes = await this.nodes()
    return this.ask(name, nodes[0]!, ...args)
  }

  /** The same with a certain version of a request. */
  async askBy<T>(api: unknown, node: number, ...args: unknown[]): Promise<T> {
    return (await (api as Api).async(await this.#connection(node), ...args)) as T
  }

  /** Calls it again while it fails in ways that pass by, for `retryMs`. */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    const began = systemClock.monotonicMs()
    for (let pauseMs = KAFKA_RETRY_PAUSE_MS_MIN; ; pauseMs = Math.min(2 * pauseMs, KAFKA_RETRY_PAUSE_MS_MAX)) {
      try {
        return await work()
      } catch (error) {
        if (this.#closed || !this.passes(error) || systemClock.monotonicMs() - began > this.retryMs) throw error
        this.forget()
      }
      await sleep(pauseMs)
    }
  }

  /** True for failures that may be gone the next time. */
  passes(error: unknown): boolean {
    const { findErrorBy, AuthenticationError } = this.library
    if (findErrorBy(error as Error, 'code', AuthenticationError.code) !== null) return false
    const said = this.saysOf(error)
    return said === null ? findErrorBy(error as Error, 'code', 'PLT_KFK_USER') === null : said.canRetry || PASSING.has(said.apiId)
  }

  /** What a broker has answered, where it was one that failed. */
  saysOf(error: unknown): { readonly apiId: string; readonly canRetry: boolean } | null {
    return this.library.findErrorBy(error as Error, 'code', 'PLT_KFK_PROTOCOL') as { apiId: string; canRetry: boolean } | null
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#base.close()
  }

  async #metadata(topics: string[]): Promise<ClusterMetadata> {
    return this.#base.metadata({ topics })
  }

  async #connection(node: number): Promise<Library.Connection> {
    const broker = (await this.#metadata([])).brokers.get(node)
    if (broker === undefined) throw new this.library.NetworkError(`There is no broker ${node} now`)
    return this.#base.connections.get(broker)
  }

  #api(name: string): Promise<Api> {
    return new Promise((resolve, reject) =>
      this.#base[this.library.kGetApi](name, (error, api) => (error === null ? resolve(api as unknown as Api) : reject(error))),
    )
  }
}

function library(): Promise<typeof Library> {
  return loadPackage({
    name: '@platformatic/kafka',
    neededBy: 'millrace/kafka',
    node: [
      [22, 22],
      [24, 6],
    ],
    load: () => import('@platformatic/kafka'),
  })
}
