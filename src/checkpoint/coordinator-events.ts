/** What the checkpoint coordinator is told, and what it wants done. Plain data; times are milliseconds of whatever clock the host has. */
import type { ErrorData } from '../core/failure.ts'
import type { CheckpointStatus } from './manifest.ts'

/** Why a checkpoint came to nothing. */
export const CHECKPOINT_ABORT_REASONS = [
  /** Not every actor acknowledged in time. */
  'timeout',
  /** The region's attempt ended, as planned or by a failure. */
  'attempt-ended',
  /** An actor could not make its snapshot. */
  'actor-declined',
  /** The storage thread could not write it: see the cause. */
  'commit-failed',
  /** Checkpointing was stopped. */
  'stopped',
  /** An actor whose input is over still says what is left: it is not one that failed, and is made up for when there is time. */
  'draining',
  /** An actor that was to take part restarts alone; made up for, too. */
  'actor-restarting',
] as const

export type CheckpointAbortReason = (typeof CHECKPOINT_ABORT_REASONS)[number]

export type CoordinatorEvent =
  /** A new attempt of the region runs; `finished` are the actors that were restored as ended. `immediate` asks for a checkpoint at once, before the first record. */
  | {
      readonly type: 'attempt-started'
      readonly nowMs: number
      readonly attempt: number
      readonly actors: readonly string[]
      readonly sources: readonly string[]
      readonly finished?: readonly string[]
      readonly immediate?: boolean
    }
  | { readonly type: 'attempt-ended'; readonly nowMs: number }
  | { readonly type: 'tick'; readonly nowMs: number }
  /** Somebody asks for a checkpoint now, or right after the one in flight; `patient`: after the least pause. */
  | { readonly type: 'triggered'; readonly nowMs: number; readonly patient?: boolean }
  /** The storage thread holds every chunk of this actor's snapshot. */
  | { readonly type: 'acknowledged'; readonly nowMs: number; readonly attempt: number; readonly checkpoint: number; readonly actor: string }
  | {
      readonly type: 'declined'
      readonly nowMs: number
      readonly attempt: number
      readonly checkpoint: number
      readonly actor: string
      readonly cause?: ErrorData
    }
  /** An actor cannot take part before it has said what is left at the end of its input. */
  | { readonly type: 'draining'; readonly nowMs: number; readonly attempt: number; readonly checkpoint: number }
  /** An actor restarts alone: its snapshot is lost. */
  | { readonly type: 'actor-restarting'; readonly nowMs: number }
  /**
   * The actor has ended: it has emitted everything, and the storage thread holds its last chunks if there are any. Comes after the
   * acknowledgements of the snapshots that the actor has begun.
   */
  | { readonly type: 'finished'; readonly nowMs: number; readonly attempt: number; readonly actor: string }
  | { readonly type: 'committed'; readonly nowMs: number; readonly checkpoint: number }
  | { readonly type: 'commit-failed'; readonly nowMs: number; readonly checkpoint: number; readonly cause?: ErrorData }
  /** No further checkpoint of this attempt. */
  | { readonly type: 'stopped'; readonly nowMs: number }

export interface CommittedActor {
  readonly actor: string
  readonly finished: boolean
}

export type CoordinatorEffect =
  /** Every source that has not ended puts the barrier into its output; without any, actors take their snapshots when their input ends. */
  | { readonly type: 'inject-barrier'; readonly checkpoint: number; readonly attempt: number; readonly sources: readonly string[] }
  /** The storage thread commits what it holds for this checkpoint. */
  | {
      readonly type: 'commit'
      readonly checkpoint: number
      readonly attempt: number
      readonly status: CheckpointStatus
      readonly actors: readonly CommittedActor[]
    }
  /** The storage thread drops what it holds; actors forget that checkpoint. */
  | {
      readonly type: 'abort'
      readonly checkpoint: number
      readonly attempt: number
      readonly reason: CheckpointAbortReason
      readonly actor?: string
      readonly cause?: ErrorData
    }
  /** The checkpoint is on disk: actors may commit outside and drop their dirty generations. */
  | {
      readonly type: 'complete'
      readonly checkpoint: number
      readonly attempt: number
      readonly status: CheckpointStatus
      readonly tookMs: number
    }
  /** Send `tick` at this time; replaces the earlier wish. Undefined: no tick is needed. */
  | { readonly type: 'schedule'; readonly atMs: number | undefined }
  /** A commit takes longer than the timeout. Sent once per checkpoint; it stays in flight. */
  | { readonly type: 'storage-stalled'; readonly checkpoint: number }
  /** Every actor has ended but the last checkpoint could not be committed, several times. The run has failed. */
  | { readonly type: 'final-failed'; readonly checkpoint: number; readonly tries: number; readonly cause?: ErrorData }
