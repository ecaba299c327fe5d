/** Slots in one bucket of time. */
interface Bucket {
  slots: Int32Array
  size: number
}

const BUCKETS_PER_TTL = 32
const BUCKET_SLOTS_MIN = 16

/**
 * Which slots may have expired, without looking at all: each slot waits in at most one bucket of time. When its bucket is over, whoever takes it looks
 * whether it has really expired by then, or was refreshed, and queues it again.
 */
export class ExpiryQueue {
  readonly #bucketMs: number
  readonly #buckets = new Map<number, Bucket>()
  /** By slot: 1 while it waits. */
  #queued = new Uint8Array(16)
  /** End of the first bucket. */
  #firstMs = Infinity

  constructor(ttlMs: number) {
    this.#bucketMs = Math.max(1, Math.ceil(ttlMs / BUCKETS_PER_TTL))
  }

  /** Queues a slot, unless it waits already. */
  add(slot: number, atMs: number): void {
    if (slot >= this.#queued.length) this.#grow(slot)
    if (this.#queued[slot] === 1) return
    this.#queued[slot] = 1
    const number = Math.floor(atMs / this.#bucketMs)
    let bucket = this.#buckets.get(number)
    if (bucket === undefined) {
      bucket = { slots: new Int32Array(BUCKET_SLOTS_MIN), size: 0 }
      this.#buckets.set(number, bucket)
      this.#firstMs = Math.min(this.#firstMs, (number + 1) * this.#bucketMs)
    }
    if (bucket.size === bucket.slots.length) bucket.slots = grown(bucket.slots)
    bucket.slots[bucket.size++] = slot
  }

  /** Takes slots whose bucket is over, at most `budget`. */
  takeDue(nowMs: number, budget: number, take: (slot: number) => void): void {
    while (budget > 0 && this.#firstMs <= nowMs) {
      const number = Math.round(this.#firstMs / this.#bucketMs) - 1
      const bucket = this.#buckets.get(number)!
      while (budget > 0 && bucket.size > 0) {
        budget--
        const slot = bucket.slots[--bucket.size]!
        this.#queued[slot] = 0
        take(slot)
      }
      if (bucket.size > 0) return
      this.#buckets.delete(number)
      this.#firstMs = Infinity
      for (const left of this.#buckets.keys()) this.#firstMs = Math.min(this.#firstMs, (left + 1) * this.#bucketMs)
    }
  }

  #grow(slot: number): void {
    const queued = new Uint8Array(Math.max(2 * this.#queued.length, slot + 1))
    queued.set(this.#queued)
    this.#queued = queued
  }
}

function grown(slots: Int32Array): Int32Array {
  const more = new Int32Array(2 * slots.length)
  more.set(slots)
  return more
}
