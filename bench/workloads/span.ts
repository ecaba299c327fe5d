/** The records of one run: numbers `first` (inclusive) to `first + count` (exclusive). */
export interface Span {
  readonly first: number
  readonly count: number
}

/** A multiple of 50 (events of one epoch), 10 (events of one millisecond) and 1,024 (events of one block of a split source). */
export const SEED_STRIDE_EVENTS = 50 * 1024
export const SEED_MAX = 9_999
/** Keeps every record number below 2^31, so that `| 0` divides it exactly. */
export const COUNT_MAX = 1_000_000_000

/**
 * Shifts the stream by whole strides: seed 0 is the stream of the checksum table; every other seed gives other records of the same
 * kinds and proportions, with epochs and milliseconds still whole.
 *
 * @throws RangeError when seed or count is not an integer within its bound.
 */
export function spanOf(seed: number, count: number): Span {
  if (!Number.isInteger(seed) || seed < 0 || seed > SEED_MAX) throw new RangeError(`seed=${seed} is not an integer from 0 to ${SEED_MAX}`)
  if (!Number.isInteger(count) || count < 0 || count > COUNT_MAX) {
    throw new RangeError(`count=${count} is not an integer from 0 to ${COUNT_MAX}`)
  }
  return { first: seed * SEED_STRIDE_EVENTS, count }
}
