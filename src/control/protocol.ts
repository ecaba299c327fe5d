import type { MessagePort } from 'node:worker_threads'
import type { CheckpointStats } from '../core/checkpoint-measures.ts'
import type { Bottleneck } from '../observe/bottleneck.ts'
import type { OperatorHotKeys } from '../observe/hot-keys.ts'
import type { MoveDecision } from '../schedule/moves.ts'
import type { CheckedPlacement } from '../schedule/settings.ts'
import type { EngineOptions } from '../worker/deployment.ts'
import type { WorkerStats } from '../worker/worker-stats.ts'
import type { ChildSpecOptions } from '../supervision/child-spec.ts'
import type { Key } from '../core/key-hash.ts'
import type { Answer } from '../worker/protocol.ts'
import type { StateAnswer } from '../worker/state-place.ts'
import type { CheckedUiOptions, UiAddress } from '../ui/ui-options.ts'
import type { WorkerHeap } from './worker-pool.ts'

/** What the control thread is started with. */
export interface ControlTask {
  readonly jobUrl: string
  /** URL of the module that worker threads begin with. */
  readonly workerEntry: string
  readonly config: unknown
  readonly options: EngineOptions
  /** By worker, as the plan has it. */
  readonly heaps: readonly WorkerHeap[]
  /** What actors were placed by. */
  readonly placement: CheckedPlacement
  /** Actors move from workers that have much to do to others. */
  readonly balance: boolean
  readonly restart: ChildSpecOptions
  readonly checkpointIntervalMs: number
  readonly checkpointTimeoutMs: number
  readonly checkpointMinPauseMs: number
  readonly checkpointFailuresTolerated: number
  readonly fresh: boolean
  readonly allowRemovedState: boolean
  readonly allowOlderCheckpoint: boolean
  readonly doorbells: SharedArrayBuffer
  /** Of all runs of the process; see src/worker/job-board.ts. */
  readonly board: SharedArrayBuffer
  /** Int32: 1 while an inspector is open. See {@link InspectorWatch}. */
  readonly inspector: SharedArrayBuffer
  readonly storagePort: MessagePort
  /** Calls of the app thread come in here. */
  readonly appPort: MessagePort
  /** Events go out here. */
  readonly eventPort: MessagePort
}

/** What the app thread calls, through Comlink. */
export interface ControlApi {
  stop(drain: boolean): void
  /** An outlet has taken in all that it can, and nobody reads it: a stop that waits for the end of the run waits no longer. */
  giveUp(): void
  /** Resolves when it is complete. */
  checkpoint(): Promise<Answer<CheckpointReport>>
  /** Resolves when the copy is on disk. */
  savepoint(dir: string): Promise<Answer<SavepointReport>>
  /** Resolves when the next attempt runs. */
  rescale(operator: string, instances: number): Promise<Answer<RescaleReport>>
  stats(): Promise<RunStats>
  /** Priorities may follow it from now on. False: there are too many names. */
  signal(name: string, value: number): boolean
  /** What is kept now, or in the newest complete checkpoint; null while it cannot be told. The job has such an operator and state. */
  query(query: StateQuery): Promise<Answer<StateAnswer>>
  /** Paths of the profiles, by worker. */
  profile(ms: number, directory: string): Promise<Answer<string[]>>
  /** Resolves when it listens. In place of one that is served already. */
  serveUi(options: CheckedUiOptions): Promise<Answer<UiAddress>>
  closeUi(): Promise<void>
  /** The same rules and routes, on a socket of this user, for commands. It ends with the run. */
  serveCommands(options: CheckedUiOptions): Promise<Answer<UiAddress>>
}

export interface SavepointReport extends CheckpointReport {
  /** Where it lies, as an absolute path. */
  readonly dir: string
  /** Of all state in it. */
  readonly bytes: number
}

/** An operator runs in another number of instances. */
export interface RescaleReport {
  readonly operator: string
  /** Its instances now, and before. */
  readonly instances: number
  readonly before: number
  /** Id of the checkpoint that the new instances began with. */
  readonly checkpoint: number
  /** Time for which sources read nothing, in milliseconds. */
  readonly pauseMs: number
  /** State that is on another worker now. */
  readonly movedBytes: number
}

/** A complete checkpoint. */
export interface CheckpointReport {
  readonly id: number
}

export interface StateQuery {
  readonly operator: string
  readonly state: string
  readonly key: Key
  readonly at: 'live' | 'checkpoint'
}

export interface RunStats {
  readonly attempt: number
  readonly state: string
  /** Id of the newest complete checkpoint, 0 before the first. */
  readonly checkpoint: number
  /** Of the whole job. */
  readonly restarts: number
  /** Of single actors, while all others ran on: see `restart.scope`. */
  readonly actorRestarts: number
  readonly checkpoints: CheckpointStats
  readonly workers: readonly WorkerStats[]
  /** What keeps the job from going faster, over the last second or so; null: nothing, it keeps up with its input. */
  readonly bottleneck: Bottleneck | null
  /** Keys that have much of the records of an operator, from samples; operators without any are left out. */
  readonly hotKeys: readonly OperatorHotKeys[]
  /** What would even out workers that have been uneven for a while; null: nothing, or nothing that is known. */
  readonly balance: BalanceAdvice | null
}

/** Actors that had better be on other workers, by what was measured; nothing moves by itself. The policy 'load' places by the same figures: see `placementCosts`. */
export interface BalanceAdvice extends Pick<MoveDecision, 'reason' | 'before' | 'after'> {
  /** One line each. */
  readonly moves: readonly string[]
}
