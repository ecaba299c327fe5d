/** Values below this have a bucket each. */
const EXACT = 64
/** Buckets of every power of two above: a value is known to 1/32 of itself. */
const PER_OCTAVE = EXACT / 2
const OCTAVES = 26
/** Larger values count as this one. */
const LARGEST = 2 ** 31 - 1

/**
 * Counts of durations, in buckets whose width grows with the value, so that all are known about equally well in a few kilobytes. (As HdrHistogram by Gil Tene, with a
 * fixed precision.)
 */
export class LatencyHistogram {
  count = 0
  /** The largest value, as it was. */
  max = 0
  readonly #buckets = new Float64Array(EXACT + OCTAVES * PER_OCTAVE)

  /** @param value of any unit; its fraction is dropped, and below 0 it is 0 */
  record(value: number): void {
    this.count++
    if (value > this.max) this.max = value
    this.#buckets[bucketOf(Math.max(0, Math.min(LARGEST, Math.floor(value))))]!++
  }

  /** The smallest value that at least this share (0 to 1) of all values do not exceed, up to 1/32 too large; 0 when there are none. */
  quantile(share: number): number {
    let left = Math.max(1, Math.ceil(share * this.count))
    if (this.count === 0) return 0
    for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
      left -= this.#buckets[bucket]!
      if (left <= 0) return Math.min(largestOf(bucket), this.max)
    }
    return this.max
  }
}

function bucketOf(value: number): number {
  if (value < EXACT) return value
  const octave = 31 - Math.clz32(value) - 5
  return EXACT + (octave - 1) * PER_OCTAVE + (value >>> octave) - PER_OCTAVE
}

function largestOf(bucket: number): number {
  if (bucket < EXACT) return bucket
  const octave = Math.floor((bucket - EXACT) / PER_OCTAVE) + 1
  return (((bucket - EXACT) % PER_OCTAVE) + PER_OCTAVE + 1) * 2 ** octave - 1
}
