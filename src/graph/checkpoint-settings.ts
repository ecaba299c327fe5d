/** When checkpoints are taken, what becomes of those that fail, and how many stay. Of a job (`defineJob`), and of a run (`launch`), which counts where both say it. */
export interface CheckpointSettings {
  /** Default 1,000. Infinity: only on request. */
  readonly checkpointIntervalMs?: number
  /** A checkpoint that is not complete after so long is given up. Default 60,000. */
  readonly checkpointTimeoutMs?: number
  /** Least time from the end of one checkpoint to the begin of the next; `run.checkpoint()`, savepoints and stop() do not wait for it. Default 0. */
  readonly checkpointMinPauseMs?: number
  /** A checkpoint each time that the sources of the job have read so many records, besides those at intervals. Default: none. */
  readonly checkpointEveryRecords?: number
  /** So many checkpoints in a row may fail; one more counts as a failure of the job, which restarts from the last complete one. Default: any number. */
  readonly checkpointFailuresTolerated?: number
  /** Complete checkpoints that stay in the state directory; besides these, one that shares nothing with the newest. 2 to 1,000, default 2. */
  readonly checkpointsRetained?: number
}

/** For {@link onlyKnown}. */
export const CHECKPOINT_OPTIONS = {
  checkpointIntervalMs: 1,
  checkpointTimeoutMs: 1,
  checkpointMinPauseMs: 1,
  checkpointEveryRecords: 1,
  checkpointFailuresTolerated: 1,
  checkpointsRetained: 1,
} as const

/** Those that are said. */
export function checkpointSettings(options: { readonly [N in keyof CheckpointSettings]: number | undefined }): CheckpointSettings {
  const names = Object.keys(CHECKPOINT_OPTIONS) as (keyof CheckpointSettings)[]
  return Object.fromEntries(names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]))
}
