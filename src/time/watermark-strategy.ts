/**
 * Makes the watermarks of one split from its records. One of these is made per split and attempt.
 */
export interface WatermarkGenerator<T = never> {
  /** A record of the split, in its order, with its event time in ms. */
  onRecord(record: T, timestamp: number): void
  /** Event time in ms up to which no more records of the split are expected; -Infinity while nothing is known. Asked after every batch; it may not go back. Anything but a number fails with MR_EVENT_TIME_INVALID. */
  watermark(): number
  /** What `restore` needs to go on from a checkpoint: plain data. Without it a generator begins anew; watermarks never go back all the same. */
  snapshot?(): unknown
  restore?(state: unknown): void
}

/** How the watermarks of a source come about. */
export interface WatermarkStrategy {
  /** Null: the largest event time so far, less `disorderMs` and 1. `'none'`: there are none before the end. */
  readonly create: (() => WatermarkGenerator) | 'none' | null
  readonly disorderMs: number
  /** A split without records for so long holds nothing back; Infinity: never. */
  readonly idleAfterMs: number
  /** The group of sources that this one keeps abreast with; null: none. */
  readonly alignment: { readonly group: string; readonly maxDriftMs: number } | null
}

/**
 * Records come at most `disorderMs` late: the watermark follows the largest event time at that distance, less one, since records of equal time may follow.
 * (Apache Flink's `BoundedOutOfOrdernessWatermarks`; with 0, its `AscendingTimestampsWatermarks`.)
 */
export function boundedWatermark(largestTimestamp: number, disorderMs: number): number {
  return largestTimestamp - disorderMs - 1
}
