import type { MessagePort } from 'node:worker_threads'
import type { Manifest } from '../checkpoint/manifest.ts'
import type { FailureData } from '../core/failure.ts'
import type { CheckpointEnd } from '../actor/actor-parts.ts'
import type { InletNotice } from '../actor/contract.ts'
import type { LoneOffer } from './lone-actors.ts'
import type { Deployment, EngineOptions } from './deployment.ts'
import type { Key } from '../core/key-hash.ts'
import type { StateAnswer, StatePlace } from './state-place.ts'
import type { WorkerStats } from './worker-stats.ts'

/** What a worker thread is started with. */
export interface WorkerTask {
  readonly index: number
  readonly jobUrl: string
  readonly config: unknown
  readonly options: EngineOptions
  readonly doorbells: SharedArrayBuffer
  /** Of all runs of the process. */
  readonly board: SharedArrayBuffer
  /** Calls of the control thread come in here. */
  readonly controlPort: MessagePort
  /** Events go out here. */
  readonly eventPort: MessagePort
  /** Snapshots go out here. */
  readonly storagePort: MessagePort
}

/** An answer that keeps class, code and cause of a failure, which structured clone would lose. */
export type Answer<T> = { readonly value: T } | { readonly failure: FailureData }

/** What the control thread calls, through Comlink. */
export interface WorkerApi {
  prepare(): Promise<Answer<string[]>>
  deploy(deployment: Deployment, restore: Manifest | null): Promise<Answer<void>>
  start(): Promise<Answer<void>>
  /** Makes an actor anew that has failed, and brings it to where it was. */
  restartActor(actor: number, restore: Manifest | null): Promise<Answer<void>>
  stop(): Promise<Answer<void>>
  triggerCheckpoint(checkpoint: number, last: boolean): Promise<Answer<boolean>>
  checkpointEnded(checkpoint: number, end: CheckpointEnd): Promise<Answer<void>>
  drainSources(): Promise<Answer<void>>
  query(place: StatePlace, key: Key): Promise<Answer<StateAnswer>>
  queryCheckpoint(manifest: Manifest, place: StatePlace, key: Key): Promise<Answer<StateAnswer>>
  signal(name: string, value: number): Promise<Answer<void>>
  stats(): Promise<Answer<WorkerStats>>
  ping(): Promise<Answer<void>>
  startProfile(): Promise<Answer<void>>
  /** Writes what was sampled since to a .cpuprofile file. */
  stopProfile(path: string): Promise<Answer<void>>
  /** Ends the thread's task. */
  shutdown(): Promise<Answer<void>>
}

/** What a worker calls, through Comlink. */
export interface WorkerListener {
  failed(failure: FailureData, offer: LoneOffer | null): void
  notify(attempt: number, notice: InletNotice): void
  /** An operator, or the count of records, asks for one. */
  checkpointWanted(attempt: number): void
}
