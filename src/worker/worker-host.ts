import type { SealedChunk } from '../actor/actor-parts.ts'
import type { SnapshotTiming } from '../core/checkpoint-measures.ts'
import type { TimeChunk } from '../actor/actor-time.ts'
import type { InletNotice, StateChunk } from '../actor/contract.ts'
import type { Clock } from '../core/clock.ts'
import type { RingConsumer } from '../ring/index.ts'
import type { TableStore } from '../state/tables/table-store.ts'
import type { WorkingStore } from '../state/working/working-store.ts'
import type { LoneOffer } from './lone-actors.ts'
import type { FrameProbe } from './frame-probe.ts'

/** In place of a checkpoint id: the state of an actor that has ended, which belongs to every later checkpoint. */
export const FINAL_SNAPSHOT = 0

/** What a worker has to tell the control thread. */
export interface WorkerEvents {
  /** Some chunks of an actor's part of a checkpoint: the rest follows, unless the checkpoint fails before. */
  snapshotPart(attempt: number, checkpointId: number, actor: number, chunks: readonly SealedChunk[]): void
  /** An actor's part of a checkpoint, or what is left of it; with id FINAL_SNAPSHOT its last state, after its end. */
  snapshotTaken(attempt: number, checkpointId: number, actor: number, chunks: readonly SealedChunk[], timing?: SnapshotTiming): void
  /** @param offer what the worker has to say of restarting the actor alone; null where that was not asked for */
  failed(attempt: number, actor: number | null, error: unknown, offer: LoneOffer | null): void
  notify(attempt: number, notice: InletNotice): void
  /** A checkpoint should be taken soon. */
  checkpointWanted(attempt: number): void
}

export interface WorkerHost {
  readonly clock: Clock
  readonly events: WorkerEvents
  /** False where code generation is forbidden. */
  readonly generateCode: boolean
  /** Something became ready from outside the loop: a promise of a source. */
  readonly onWake: () => void
  /** Where an actor keeps state that does not fit into its memory. */
  readonly workingStore: (attempt: number, actor: number) => WorkingStore
  /** A table that a sink commits. */
  readonly openTable: (attempt: number, lineage: string, path: string) => TableStore
  /** True where whoever reads outlets is told of event time: a test. Under threads every watermark would wake the app's for nothing. */
  readonly outletsHearTime?: boolean
  /** What `run.signal` has said, for priorities; absent: nothing. */
  readonly signals?: ReadonlyMap<string, number>
  /** Looks on; absent under threads. */
  readonly probe?: FrameProbe
}

/** State of an operator to begin with, and time of the actor whose head it is, by operator name. */
export type RestoredState = (operator: string, actorIndex: number) => readonly (StateChunk | TimeChunk)[]

/** A ring that comes in, and the bell of the thread that fills it. */
export interface Peer {
  readonly consumer: RingConsumer
  readonly bell: { ring(): void }
}
