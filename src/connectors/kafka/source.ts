import { setTimeout as sleep } from 'node:timers/promises'
import type { OperatorActor, OperatorContext, OperatorDefinition, PollResult, SourceProgress, StateChunk } from '../../actor/contract.ts'
import { MillraceError } from '../../errors.ts'
import { KAFKA_PARTITIONS_LOOK_MS } from '../limits.ts'
import { KafkaClient } from './client.ts'
import type { KafkaConnection } from './connection.ts'
import { type FetchSettings, Fetcher } from './fetcher.ts'
import { type KafkaMessage, textOf } from './message.ts'
import { PartitionQueue } from './partition-queue.ts'

export interface KafkaSourceSpec extends FetchSettings {
  /** A function, so that no secret stands where the graph is printed. */
  readonly connection: () => KafkaConnection
  readonly parse: ((message: KafkaMessage) => unknown) | null
  readonly startAt: 'earliest' | 'latest' | number
  readonly until: 'forever' | 'latest'
}

/** State of a split: a partition. */
interface PartitionState {
  readonly offset: number
  /** Null: it was read for ever. */
  readonly end: number | null
}

const EARLIEST = -2n
const LATEST = -1n

/** The partitions of a topic: number p is read by instance p mod parallelism. Positions are offsets. */
class KafkaSource implements OperatorActor {
  readonly #spec: KafkaSourceSpec
  readonly #context: OperatorContext
  readonly #restored = new Map<number, PartitionState>()
  #goesOn = false
  #queues: PartitionQueue[] = []
  #client: KafkaClient | null = null
  #fetcher: Fetcher | null = null
  #begin = new Map<number, number>()
  #turn = 0
  #partitions = 0
  #failure: { readonly thrown: unknown } | null = null

  constructor(spec: KafkaSourceSpec, context: OperatorContext) {
    this.#spec = spec
    this.#context = context
  }

  restore(chunks: readonly StateChunk[]): void {
    this.#goesOn = chunks.length > 0
    for (const { scope, id, value } of chunks) if (scope === 'split') this.#restored.set(id, value as PartitionState)
  }

  async open(): Promise<void> {
    const client = await KafkaClient.open(this.#spec.connection())
    this.#client = client
    try {
      await client.patiently(() => this.#assign(client))
    } catch (cause) {
      if (cause instanceof MillraceError) throw cause
      throw new MillraceError('MR_SOURCE_FAILED', `Cannot read topic ${this.#spec.topic}: ${(cause as Error).message}`, { cause })
    }
    for (const { partition } of this.#queues) this.#context.openSplit(partition)
    for (const queue of this.#queues) if (queue.isOver) this.#context.closeSplit(queue.partition)
    this.#fetcher = new Fetcher(client, this.#spec, this.#queues, this.#context.wake)
    if (this.#context.index === 0 && this.#spec.until === 'forever') void this.#watchPartitions(client)
  }

  poll(): PollResult {
    if (this.#failure !== null) throw this.#failure.thrown
    if (this.#queues.every(({ isOver }) => isOver)) return 'end'
    this.#fetcher!.pump()
    for (let i = 0; i < this.#queues.length; i++) {
      const queue = this.#queues[this.#turn++ % this.#queues.length]!
      if (queue.isOver || !queue.hasMore) continue
      this.#run(queue)
      if (queue.isOver) this.#context.closeSplit(queue.partition)
      return 'more'
    }
    return 'waiting'
  }

  /** Offsets have gaps: records that are neighbours only in what was read run one after the other, each run with the offset of its last. */
  #run(queue: PartitionQueue): void {
    const { badInput, batchRecords } = this.#context
    const parse = this.#spec.parse ?? textOf
    let records: unknown[] = []
    const flush = (): void => {
      if (records.length > 0) this.#context.run(records, 0, records.length, null, queue.partition, queue.position - records.length)
      records = []
    }
    queue.take(batchRecords, (message) => {
      badInput?.next()
      try {
        records.push(parse(message))
      } catch (cause) {
        flush()
        const reason = cause instanceof Error ? cause.message : String(cause)
        const text = `Message ${message.offset} of partition ${message.partition} of topic ${message.topic} is bad: ${reason}`
        const failure = new MillraceError('MR_INPUT_INVALID', text, { cause })
        if (badInput === null) throw failure
        badInput.leaveOut(message.value === null ? null : new Uint8Array(message.value), failure, queue.partition, message.offset)
      }
    })
    flush()
  }

  snapshot(): StateChunk[] {
    const splits = this.#queues.map(({ partition, position, end }): StateChunk => ({
      scope: 'split',
      id: partition,
      value: { offset: position, end: end === Infinity ? null : end } satisfies PartitionState,
    }))
    // An instance without a partition is to know as well that it goes on, when there are more.
    return this.#context.index === 0 ? [...splits, { scope: 'all', id: 0, value: null }] : splits
  }

  progress(): SourceProgress | null {
    if (this.#spec.until === 'forever') return null
    let [position, size] = [0, 0]
    for (const queue of this.#queues) {
      const begin = this.#begin.get(queue.partition)!
      position += Math.min(queue.position, queue.end) - begin
      size += queue.end - begin
    }
    return { position, size, unit: 'records' }
  }

  async close(): Promise<void> {
    this.#fetcher?.close()
    // What comes of closing a connection changes nothing any more.
    await this.#client?.close().catch(() => {})
  }

  async #assign(client: KafkaClient): Promise<void> {
    const { index, parallelism } = this.#context
    const { topic, startAt, until } = this.#spec
    this.#partitions = (await client.topic(topic)).partitionsCount
    const mine = Array.from({ length: this.#partitions }, (_, partition) => partition).filter((p) => p % parallelism === index)
    const fresh = mine.filter((partition) => !this.#restored.has(partition))
    // Partitions that a checkpoint does not know came after it: nothing of them was read.
    const from = this.#goesOn ? 'earliest' : startAt
    const begins = await this.#offsets(client, fresh, from === 'earliest' ? EARLIEST : from === 'latest' ? LATEST : BigInt(from))
    const endless = mine.filter((partition) => (this.#restored.get(partition)?.end ?? null) === null)
    const ends = until === 'latest' ? await this.#offsets(client, endless, LATEST) : null
    this.#queues = mine.map((partition) => {
      const known = this.#restored.get(partition)
      const end = ends === null ? Infinity : (known?.end ?? ends.get(partition)!)
      const begin = known?.offset ?? begins.get(partition)!
      this.#begin.set(partition, Math.min(begin, end))
      return new PartitionQueue(topic, partition, begin, end)
    })
  }

  /** By partition; of a time: that of the first message that is not older, or where the next one will be. */
  async #offsets(client: KafkaClient, partitions: readonly number[], timestamp: bigint): Promise<Map<number, number>> {
    const { topic, committedOnly } = this.#spec
    const { partitions: known } = await client.topic(topic)
    const offsets = new Map<number, number>()
    for (const node of new Set(partitions.map((partition) => known[partition]!.leader))) {
      const asked = partitions
        .filter((partition) => known[partition]!.leader === node)
        .map((partitionIndex) => ({ partitionIndex, currentLeaderEpoch: known[partitionIndex]!.leaderEpoch, timestamp }))
      const answer = await client.ask<ListedOffsets>('ListOffsets', node, -1, committedOnly ? 1 : 0, [{ name: topic, partitions: asked }])
      for (const { partitionIndex, offset } of answer.topics[0]!.partitions) offsets.set(partitionIndex, Number(offset))
    }
    const none = [...offsets].filter(([, offset]) => offset < 0).map(([partition]) => partition)
    if (none.length > 0) for (const [partition, offset] of await this.#offsets(client, none, LATEST)) offsets.set(partition, offset)
    return offsets
  }

  /** A topic that has got more partitions is read anew from the last checkpoint, which does not know them: from their beginning. */
  async #watchPartitions(client: KafkaClient): Promise<void> {
    while (!client.closed) {
      await sleep(KAFKA_PARTITIONS_LOOK_MS, undefined, { ref: false })
      if (client.closed) return
      // Whoever fetches finds out what is wrong, and says it.
      const count = await client.topic(this.#spec.topic).then(
        ({ partitionsCount }) => partitionsCount,
        () => this.#partitions,
      )
      if (count <= this.#partitions) continue
      const text = `Topic ${this.#spec.topic} has ${count} partitions now, it had ${this.#partitions}: the job goes on from its last checkpoint, with all of them`
      this.#failure = { thrown: new MillraceError('MR_SOURCE_FAILED', text) }
      return this.#context.wake()
    }
  }
}

interface ListedOffsets {
  readonly topics: readonly { readonly partitions: readonly { readonly partitionIndex: number; readonly offset: bigint }[] }[]
}

export const kafkaSourceDefinition: OperatorDefinition = {
  kind: 'kafka',
  create: (spec, context) => new KafkaSource(spec as unknown as KafkaSourceSpec, context),
}
