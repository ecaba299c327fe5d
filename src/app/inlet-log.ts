import type { BatchDecoder } from '../codec/index.ts'
import { INLET_LOG_BYTES_MAX } from '../limits.ts'

export interface LoggedBatch {
  /** Position before its first record. */
  readonly from: number
  readonly count: number
  readonly payload: Uint8Array
}

/** Encoded batches that were pushed and are not durable yet, and how far they were sent in this attempt. Bounded in bytes. */
export class InletLog {
  /** Position before which everything is durable. */
  committed = 0
  readonly #decoder: BatchDecoder
  #batches: LoggedBatch[] = []
  #cursor = 0
  #end = 0
  #bytes = 0
  #begun = false

  constructor(decoder: BatchDecoder) {
    this.#decoder = decoder
  }

  /** Position behind the last appended record. */
  get end(): number {
    return this.#end
  }

  get isFull(): boolean {
    return this.#bytes >= INLET_LOG_BYTES_MAX
  }

  /** Time for a checkpoint. */
  get isHalfFull(): boolean {
    return 2 * this.#bytes >= INLET_LOG_BYTES_MAX
  }

  get isSent(): boolean {
    return this.#cursor === this.#batches.length
  }

  append(payload: Uint8Array, count: number): void {
    this.#batches.push({ from: this.#end, count, payload })
    this.#end += count
    this.#bytes += payload.length
  }

  /** The next batch to send, or null. */
  next(): LoggedBatch | null {
    return this.#batches[this.#cursor] === undefined ? null : this.#batches[this.#cursor++]!
  }

  /** Everything before `position` is durable. */
  commit(position: number): void {
    if (position <= this.committed) return
    this.committed = position
    let done = 0
    while (done < this.#cursor && this.#batches[done]!.from + this.#batches[done]!.count <= position)
      this.#bytes -= this.#batches[done++]!.payload.length
    this.#batches.splice(0, done)
    this.#cursor -= done
  }

  /** A new attempt reads on from `position`: of a batch that lies across it, only the rest is sent. */
  rewind(position: number, encode: (records: unknown[]) => Uint8Array): void {
    if (!this.#begun) {
      // A resumed run counts on where the last process stopped.
      this.#begun = true
      const shift = position - (this.#batches[0]?.from ?? this.#end)
      this.#batches = this.#batches.map((batch) => ({ ...batch, from: batch.from + shift }))
      this.#end += shift
      this.committed = position
    }
    this.#cursor = this.#batches.findIndex(({ from, count }) => from + count > position)
    if (this.#cursor === -1) this.#cursor = this.#batches.length
    const split = this.#batches[this.#cursor]
    if (split === undefined || split.from >= position) return
    const payload = encode(
      this.#decoder
        .decode(split.payload)
        .records()
        .slice(position - split.from),
    )
    this.#bytes += payload.length - split.payload.length
    this.#batches[this.#cursor] = { from: position, count: split.count - (position - split.from), payload }
  }
}
