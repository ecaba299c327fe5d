import type { ClusterTopicMetadata, fetchV17 } from '@platformatic/kafka'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../core/clock.ts'
import { MillraceError } from '../../errors.ts'
import { READ_AHEAD_BATCHES_MAX } from '../../limits.ts'
import { KAFKA_FETCH_WAIT_MS, KAFKA_RETRY_PAUSE_MS_MAX } from '../limits.ts'
import type { KafkaClient } from './client.ts'
import { committedBatches } from './committed-batches.ts'
import type { PartitionQueue } from './partition-queue.ts'

export interface FetchSettings {
  readonly topic: string
  /** Only records of transactions that are committed, or of none. */
  readonly committedOnly: boolean
  /** Bytes of one answer, and of one partition in it. */
  readonly fetchBytes: number
  readonly partitionBytes: number
}

/** Fills queues: one request at a time to each broker that leads partitions of which more is wanted. */
export class Fetcher {
  readonly #client: KafkaClient
  readonly #settings: FetchSettings
  readonly #queues: readonly PartitionQueue[]
  readonly #wake: () => void
  readonly #asked = new Set<number>()
  #pumping = false
  #again = false
  #closed = false
  #failure: { readonly thrown: unknown } | null = null
  /** Since when every request has failed; null: the last one has not. */
  #failingSinceMs: number | null = null

  constructor(client: KafkaClient, settings: FetchSettings, queues: readonly PartitionQueue[], wake: () => void) {
    this.#client = client
    this.#settings = settings
    this.#queues = queues
    this.#wake = wake
  }

  /** Asks for what is wanted and not asked for yet. Throws what could not be helped. */
  pump(): void {
    if (this.#failure !== null) throw this.#failure.thrown
    this.#again = true
    if (!this.#pumping && !this.#closed) void this.#pumpAll()
  }

  close(): void {
    this.#closed = true
  }

  async #pumpAll(): Promise<void> {
    this.#pumping = true
    try {
      while (this.#again && !this.#closed) {
        this.#again = false
        const topic = await this.#client.patiently(() => this.#client.topic(this.#settings.topic))
        for (const [node, queues] of this.#wanted(topic)) void this.#fetch(node, topic, queues)
      }
    } catch (thrown) {
      this.#fail(thrown)
    } finally {
      this.#pumping = false
    }
  }

  /** By leader that nothing was asked of: its partitions of which more is wanted. */
  #wanted({ partitions }: ClusterTopicMetadata): Map<number, PartitionQueue[]> {
    const wanted = new Map<number, PartitionQueue[]>()
    for (const queue of this.#queues) {
      const node = partitions[queue.partition]?.leader
      if (node === undefined || this.#asked.has(node) || !queue.wants(READ_AHEAD_BATCHES_MAX)) continue
      if (wanted.has(node)) wanted.get(node)!.push(queue)
      else wanted.set(node, [queue])
    }
    return wanted
  }

  async #fetch(node: number, topic: ClusterTopicMetadata, queues: readonly PartitionQueue[]): Promise<void> {
    this.#asked.add(node)
    try {
      const began = queues.map(({ next }) => next)
      const response = await this.#ask(node, topic, queues)
      this.#failingSinceMs = null
      for (const { partitions } of response.responses)
        for (const { partitionIndex, records, abortedTransactions } of partitions) {
          const at = queues.findIndex(({ partition }) => partition === partitionIndex)
          if (at === -1 || queues[at]!.next !== began[at]) continue
          queues[at]!.add(committedBatches(records ?? [], this.#settings.committedOnly ? abortedTransactions : null))
        }
    } catch (thrown) {
      await this.#dealWith(thrown)
    } finally {
      this.#asked.delete(node)
      this.#wake()
    }
  }

  #ask(node: number, topic: ClusterTopicMetadata, queues: readonly PartitionQueue[]): Promise<fetchV17.FetchResponse> {
    const { committedOnly, fetchBytes, partitionBytes } = this.#settings
    const partitions = queues.map(({ partition, next }) => ({
      partition,
      currentLeaderEpoch: topic.partitions[partition]!.leaderEpoch,
      fetchOffset: BigInt(next),
      lastFetchedEpoch: -1,
      partitionMaxBytes: partitionBytes,
    }))
    const topics = [{ topicId: topic.id, partitions }]
    // Without a session: 0, -1. Each request says all that it wants.
    return this.#client.ask('Fetch', node, KAFKA_FETCH_WAIT_MS, 1, fetchBytes, committedOnly ? 1 : 0, 0, -1, topics, [], '')
  }

  /** What passes is asked again, by the next pump, of whoever leads then. */
  async #dealWith(thrown: unknown): Promise<void> {
    this.#failingSinceMs ??= systemClock.monotonicMs()
    if (!this.#client.passes(thrown) || systemClock.monotonicMs() - this.#failingSinceMs > this.#client.retryMs) return this.#fail(thrown)
    this.#client.forget()
    await sleep(KAFKA_RETRY_PAUSE_MS_MAX)
  }

  #fail(thrown: unknown): void {
    if (this.#closed) return
    this.#failure ??= { thrown: this.#explained(thrown) }
    this.#wake()
  }

  #explained(cause: unknown): unknown {
    if (cause instanceof MillraceError) return cause
    const { topic } = this.#settings
    if (this.#client.saysOf(cause)?.apiId === 'OFFSET_OUT_OF_RANGE') {
      const positions = this.#queues.map(({ partition, next }) => `${partition}: ${next}`).join(', ')
      const text = `Topic ${topic} no longer has the offset of a position (${positions}): its retention removed what was not read yet, or it was made anew. Begin anew with fresh: true, or give it a longer retention`
      return new MillraceError('MR_SOURCE_FAILED', text, { cause })
    }
    return new MillraceError('MR_SOURCE_FAILED', `Cannot read topic ${topic}: ${(cause as Error).message}`, { cause })
  }
}
