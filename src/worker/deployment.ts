import type { CodecMode } from '../codec/index.ts'
import type { Layout } from '../migration/layout.ts'
import type { StateBackend } from '../state/working/working-store.ts'

/** Of a job among those that run in one process: 'low' takes what others leave, and a little. */
export type JobPriority = 'normal' | 'low'

/** Options of a run that every thread must agree on. All of it can be cloned. */
export interface EngineOptions {
  readonly workers: number
  readonly chaining: 'on' | 'off'
  /** Of the job among those of the process. */
  readonly priority: JobPriority
  /** 'ring' sends everything through rings, also within a worker. */
  readonly transport: 'auto' | 'ring'
  readonly codec: CodecMode
  /** Deep-freezes records, so that a function that changes its input fails instead of corrupting others. */
  readonly freezeRecords: boolean
  readonly ringBytes: number
  readonly mailboxBytes: number
  /** What is in flight to an actor is to be processed in this time, so there is less of it while the actor is slow; Infinity: as much as credit allows. */
  readonly mailboxDrainMs: number
  /** Records in one batch at most. */
  readonly batchRecords: number
  readonly lingerMs: number
  /** A checkpoint is wanted after so many records of all sources; Infinity: none for that reason. */
  readonly checkpointEveryRecords: number
  /** Time between two latency markers of a source; Infinity: none. */
  readonly latencyMarkersMs: number
  readonly keyGroups: number
  /** Where operators that can choose keep their state, unless the job says it; null: as the job says. */
  readonly backend: StateBackend | null
  /** By actor, where it runs, as the app thread has planned it; null: in turn. */
  readonly threads: readonly number[] | null
  /** What a worker keeps of what its actors were given, so that one can restart alone; 0: none can. */
  readonly retainedBytes: number
  /** Directory for copies of the frames that each worker receives, or null. */
  readonly captureDir: string | null
}

export interface RingLink {
  readonly from: number
  readonly to: number
  readonly ring: SharedArrayBuffer
}

/** What one attempt of a job needs on every thread. */
export interface Deployment {
  readonly attempt: number
  /** What is different from the plan that the run was launched with. */
  readonly layout: Layout
  /** Of the run's checkpoints; said by the master. */
  readonly lineage: string
  /** Id of the first checkpoint that the process may take: no process before it had that. Said by the master as well. */
  readonly firstCheckpoint: number
  readonly rings: readonly RingLink[]
  readonly doorbells: SharedArrayBuffer
  readonly credits: SharedArrayBuffer
  /** One Int32 per worker, which grows while its actors process records: where it stands still, no new checkpoint is needed. */
  readonly activity: SharedArrayBuffer
  /** One Int32: records that sources have read, for checkpoints by count. */
  readonly recordsRead: SharedArrayBuffer
  /** One Float64 per actor: how far the sources of groups with `alignment` are. */
  readonly watermarks: SharedArrayBuffer
  /** What `run.signal` has said so far. */
  readonly signals: readonly (readonly [name: string, value: number])[]
}
