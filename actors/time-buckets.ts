import { MillraceError } from '../src/errors.ts'

/** Times to channels: each bucket to one, the next bucket to the next. Remembers the last bucket, since most records fall into the same. */
export class TimeBuckets {
  readonly #bucketMs: number
  readonly #channels: number
  #from = 0
  #to = 0
  #channel = 0

  /** @param bucketMs an integer, so that all senders agree to the last bit where a bucket begins */
  constructor(bucketMs: number, channels: number) {
    this.#bucketMs = bucketMs
    this.#channels = channels
  }

  /** @throws MillraceError MR_PARTITION_INVALID for NaN (a record without event time) and the infinities */
  channelOf(timeMs: number): number {
    if (!(timeMs >= this.#from && timeMs < this.#to)) this.#seek(timeMs)
    return this.#channel
  }

  #seek(timeMs: number): void {
    if (!Number.isFinite(timeMs)) {
      throw new MillraceError(
        'MR_PARTITION_INVALID',
        `partitionByTime met a record ${Number.isNaN(timeMs) ? 'without event time' : `of event time ${timeMs}`}`,
      )
    }
    let bucket = Math.floor(timeMs / this.#bucketMs)
    // The quotient may have been rounded up to the next integer.
    if (bucket * this.#bucketMs > timeMs) bucket--
    this.#from = bucket * this.#bucketMs
    this.#to = this.#from + this.#bucketMs
    this.#channel = ((bucket % this.#channels) + this.#channels) % this.#channels
  }
}
