import type { SeenBatch } from './committed-batches.ts'
import { type KafkaMessage, messageOf } from './message.ts'

/** One partition: what was fetched of it, and how far it was handed out. */
export class PartitionQueue {
  readonly partition: number
  /** Offset behind all that was handed out, or was not to be seen. */
  position: number
  /** Where reading ends; Infinity: never. */
  readonly end: number
  /** Offset to fetch from. */
  next: number
  readonly #topic: string
  readonly #batches: SeenBatch[] = []
  #record = 0

  constructor(topic: string, partition: number, position: number, end: number) {
    this.#topic = topic
    this.partition = partition
    this.position = position
    this.next = position
    this.end = end
  }

  get isOver(): boolean {
    return this.position >= this.end
  }

  /** False while enough waits here. */
  wants(batchesMax: number): boolean {
    return this.#batches.length < batchesMax && this.next < this.end
  }

  get hasMore(): boolean {
    return this.#batches.length > 0 && !this.isOver
  }

  add(batches: readonly SeenBatch[]): void {
    for (const seen of batches) {
      const behind = Number(seen.batch.firstOffset) + seen.batch.lastOffsetDelta + 1
      if (behind <= this.next) continue
      this.#batches.push(seen)
      this.next = behind
    }
  }

  /** Hands out at most so many messages; `position` is behind each when it is. Returns how many. */
  take(most: number, each: (message: KafkaMessage) => void): number {
    let taken = 0
    for (let first = this.#batches[0]; first !== undefined && taken < most && !this.isOver; first = this.#batches[0]) {
      const { batch, visible } = first
      const { records } = batch
      while (visible && this.#record < records.length && taken < most) {
        const record = records[this.#record++]!
        const offset = Number(batch.firstOffset) + record.offsetDelta
        // A batch comes whole, also where reading begins, or ends, in its midst.
        if (offset < this.position) continue
        if (offset >= this.end) break
        this.position = offset + 1
        taken++
        each(messageOf(batch, record, this.#topic, this.partition))
      }
      if (visible && this.#record < records.length && this.position < this.end) continue
      this.position = Math.max(this.position, Number(batch.firstOffset) + batch.lastOffsetDelta + 1)
      this.#batches.shift()
      this.#record = 0
    }
    return taken
  }
}
