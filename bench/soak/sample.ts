/** A moment of a long run. */
export interface Sample {
  readonly minute: number
  readonly recordsPerSecond: number
  readonly rssBytes: number
  /** Of the workers, live or not yet collected. */
  readonly heapBytes: number
  readonly checkpoint: number
}

/** How the mean of the last quarter differs from the one before, as a part of it; 0 of too short a run. */
export function drift(samples: readonly Sample[], of: (sample: Sample) => number): number {
  const quarter = samples.length >> 2
  if (quarter === 0) return 0
  const mean = (part: readonly Sample[]): number => part.reduce((sum, sample) => sum + of(sample), 0) / part.length
  return mean(samples.slice(-quarter)) / mean(samples.slice(-2 * quarter, -quarter)) - 1
}
