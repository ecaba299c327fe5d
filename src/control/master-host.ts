import type { BadRecords } from '../actor/record-guard.ts'
import type { CheckpointEnd } from '../actor/actor-parts.ts'
import type { InletNotice } from '../actor/contract.ts'
import type { JobIdentity } from '../checkpoint/job-identity.ts'
import type { CheckpointMeasures } from '../core/checkpoint-measures.ts'
import type { Manifest } from '../checkpoint/manifest.ts'
import type { Clock } from '../core/clock.ts'
import type { ErrorData, FailureData } from '../core/failure.ts'
import type { Plan } from '../graph/plan.ts'
import type { Layout } from '../migration/layout.ts'
import type { ControlToStorage } from '../storage/protocol.ts'
import type { DecideBalance } from '../schedule/balance.ts'
import type { CheckedPlacement } from '../schedule/settings.ts'
import type { ChildSpecOptions } from '../supervision/child-spec.ts'
import type { Deployment, EngineOptions } from '../worker/deployment.ts'
import type { WorkerStats } from '../worker/worker-stats.ts'

/** Where a run stands; each state is left only as the arrows say. starting -> running <-> restarting; any -> ended. */
export type RunState = 'starting' | 'running' | 'restarting' | 'stopping' | 'ended'

/** How a run ended. */
export type RunEnd =
  | { readonly outcome: 'finished' | 'stopped'; readonly badRecords?: readonly BadRecords[] | undefined }
  | { readonly outcome: 'failed'; readonly failure: FailureData }

export interface JobSettings {
  /** As launched. */
  readonly plan: Plan
  readonly options: EngineOptions
  /** What actors were placed by. */
  readonly placement: CheckedPlacement
  /** Decides who moves while the job runs; null: nobody does. */
  readonly decideBalance: DecideBalance | null
  readonly identity: JobIdentity
  readonly restart: ChildSpecOptions
  readonly checkpointIntervalMs: number
  readonly checkpointTimeoutMs: number
  readonly checkpointMinPauseMs: number
  /** So many checkpoints in a row may fail; one more is a failure of the job. */
  readonly checkpointFailuresTolerated: number
  /** Ignore what the state directory holds. */
  readonly fresh: boolean
  /** State of operators that the job no longer has may be left behind. */
  readonly allowRemovedState: boolean
  /** When the newest checkpoint is damaged, an older one will do even if sinks then show records twice. */
  readonly allowOlderCheckpoint: boolean
}

/** One worker as the control thread sees it. Calls reject when the thread ends or the deadline passes. */
export interface WorkerGate {
  readonly index: number
  /** Makes the actors of an attempt and restores their state. */
  deploy(deployment: Deployment, restore: Manifest | null): Promise<void>
  start(): Promise<void>
  /** Makes an actor anew that has failed, with its state of a checkpoint, and brings it to where it was. */
  restartActor(actor: number, restore: Manifest | null): Promise<void>
  /** Ends the attempt. When it resolves the worker touches none of its rings any more. */
  stop(): Promise<void>
  /** Sources put the barrier into their outputs; with `last` they read nothing after it. False when an actor cannot take part yet. */
  triggerCheckpoint(checkpoint: number, last: boolean): Promise<boolean>
  checkpointEnded(checkpoint: number, end: CheckpointEnd): Promise<void>
  drainSources(): Promise<void>
  stats(): Promise<WorkerStats>
}

/** What the run's owner is told. None of it waits for the owner. */
export interface AppEvents {
  attemptStarted(deployment: Deployment, restoredCheckpoint: number): void
  /** @param because why the actor that failed does not restart alone, where that was asked for */
  restarting(failure: FailureData, attempt: number, delayMs: number, because: string | null): void
  /** One actor restarts alone; the attempt goes on. */
  actorRestarting(failure: FailureData, delayMs: number): void
  /** No failure: the attempt ends at a checkpoint, and the next one goes on from it with another layout. */
  rearranging(attempt: number): void
  /** Who runs where, or in how many instances, has changed with the attempt that begins. */
  rearranged(what: string): void
  checkpointCompleted(checkpoint: number, measures: CheckpointMeasures): void
  /** The state of newer checkpoints is damaged: the run begins with this one. */
  fellBack(checkpoint: number, damage: FailureData): void
  checkpointFailed(checkpoint: number, reason: string, cause: ErrorData | null): void
  inletNotice(attempt: number, notice: InletNotice): void
  /** Somebody else than the owner wants the run to end, whose inlets and outlets are to let it. */
  stopAsked(drain: boolean): void
  ended(end: RunEnd): void
}

/** Threads, time, storage and chance, as the thread host or the simulation host gives them. */
export interface MasterHost {
  readonly clock: Clock
  /** From [0, 1). */
  random(): number
  /** Returns how to cancel it. */
  setTimer(fn: () => void, delayMs: number): () => void
  /** Those that are there. */
  workers(): readonly WorkerGate[]
  /** Numbers of those that are not: each was lost, and no thread came up in its place. */
  away(): readonly number[]
  /** True while threads may stand at breakpoints: then nothing is late. Absent: never. */
  isDebugged?(): boolean
  /** Resolves when every worker, replacements of lost ones included, has loaded the job, or is away. Those that have come back are there from then on. */
  workersReady(): Promise<readonly WorkerGate[]>
  readonly storage: { send(message: ControlToStorage): void }
  readonly app: AppEvents
  /** Rings, doorbells and credits of a new attempt. */
  allocate(attempt: number, plan: Plan, layout: Layout): Deployment
  /** Ends the workers, then the storage. */
  shutdown(): Promise<void>
}
