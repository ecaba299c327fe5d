/** What was measured of checkpoints. Plain data; durations are milliseconds. */

/** Of one actor's snapshot. */
export interface SnapshotTiming {
  /** From the first barrier to the last one of the actor's channels; 0 of sources. */
  readonly alignmentMs: number
  /** From its barrier until its state was encoded: large state in steps, between batches of records. */
  readonly encodeMs: number
  /** By the wall clock of its thread, when that was done. */
  readonly takenAtMs: number
}

export interface CheckpointSize {
  /** Of the state that it restores: its own chunks, and those of earlier checkpoints that it builds on. */
  readonly bytes: number
  /** Of the chunks that it wrote. */
  readonly newBytes: number
}

/** Where the time of a checkpoint went, by the actor whose snapshot was the last one to be stored. The sum is the duration of the checkpoint. */
export interface CheckpointPhases {
  /** From the order to the sources until the actor began its snapshot: barriers on their way, behind records, and alignment. */
  readonly barriersMs: number
  /** The actor encoded its state: large state in steps, between batches of records. */
  readonly encodeMs: number
  /** Until the storage thread had the chunks. Actors that ended meanwhile count here, too. */
  readonly storeMs: number
  /** The transaction of the storage thread, until it was on disk. */
  readonly commitMs: number
}

/** A complete checkpoint. */
export interface CheckpointMeasures extends CheckpointSize {
  readonly id: number
  /** From its first barrier until it was on disk. */
  readonly tookMs: number
  /** The longest of all actors, from the first to the last barrier of one: so long, channels that had brought theirs were not read. */
  readonly alignmentMs: number
  readonly phases: CheckpointPhases
}

/** Checkpoints of a run since it began, over restarts. */
export interface CheckpointStats {
  readonly completed: number
  /** Given up, for whatever reason; those that a restart cut off are among them. */
  readonly failed: number
  /** Periodic ones that were left out, since nothing had changed. */
  readonly skipped: number
  /** Since the newest complete one began, one that the run began with included: so much would be repeated after a failure now. Null before the first. */
  readonly ageMs: number | null
  /** The newest that this run completed. */
  readonly latest: CheckpointMeasures | null
}
