import type { BatchDecoder } from '../codec/index.ts'
import type { Mailbox } from '../channel/mailbox.ts'
import type { Outbox } from '../channel/outbox.ts'
import type { CheckpointSize, SnapshotTiming } from '../core/checkpoint-measures.ts'
import type { Key } from '../core/key-hash.ts'
import type { StateReading } from '../state/keyed-backend.ts'
import type { Clock } from '../core/clock.ts'
import type { SplitWatermarks } from '../time/split-watermarks.ts'
import type { ActorLog } from './actor-log.ts'
import type { TimeChunk } from './actor-time.ts'
import type { HotKey } from '../state/heavy-hitters.ts'
import type { ColumnBatch, OperatorActor, StateChunk } from './contract.ts'
import type { Drift } from './drift.ts'
import type { LatencyMarkers } from './latency-markers.ts'
import type { Place } from './place.ts'
import type { BadRecords } from './record-guard.ts'

/** What a step achieved, which decides when the actor runs next. */
export type StepResult =
  /** Did something; may have more to do. */
  | 'progress'
  /** Nothing to do until a frame, a wake-up or a checkpoint comes. */
  | 'idle'
  /** Nothing, but that state was encoded for a checkpoint: it may have more to do. */
  | 'storing'
  /** Outputs lack credit or room. */
  | 'blocked'
  /** All inputs ended, the end was passed on, the last state is taken. */
  | 'finished'

export interface OperatorInstance {
  readonly name: string
  readonly actor: OperatorActor
  /** What the operator threw, as an error that names it. */
  readonly blame: (error: unknown) => unknown
}

export interface ActorParts {
  readonly id: number
  /** Number within its task, and how many there are. */
  readonly index: number
  readonly parallelism: number
  readonly name: string
  /** Name of the first operator of the chain: the actor's time is kept under it. */
  readonly headName: string
  readonly clock: Clock
  /** Operators with a life of their own, in the order in which records pass them; the head first where it has one. */
  readonly operators: readonly OperatorInstance[]
  /** The head when it is a source that polls. */
  readonly source: OperatorActor | null
  /** The head when it may take whole batches. */
  readonly head: OperatorActor | null
  readonly run: (records: unknown, from: number, to: number, timestamps: Float64Array | null) => void
  readonly mailbox: Mailbox
  /** By channel: which of the head's inputs it leads to. */
  readonly inputs: readonly number[]
  /** Present where watermarks begin. */
  readonly splits: SplitWatermarks | null
  /** Of a source that is read abreast with others. */
  readonly drift: Drift | null
  /** For what comes encoded in a channel. */
  readonly decoder: (channel: number) => BatchDecoder
  readonly outboxes: readonly Outbox[]
  /** Where latency is measured. */
  readonly latency: LatencyMarkers | null
  /** Where records come by key, or are summed up by key. */
  readonly keys: KeySampler | null
  /** Of operators with a policy for bad records. */
  readonly badRecords: readonly BadRecords[]
  /** What an operator of the chain keeps for a key. */
  readonly query: (operator: string, state: string, key: Key) => StateReading
  /** Follows the record at hand where dead letters are written. */
  readonly place: Place | null
  readonly onClose: () => void
  /** What its operators were given, where it may restart alone. */
  readonly log: ActorLog | null
}

/** Keys that an actor has met, from samples. */
export interface SampledKeys {
  /** That which has the keys. */
  readonly operator: string
  /** True where its records arrive: each key at one instance. False where they are summed up before, by whoever has them. */
  readonly arriving: boolean
  readonly samples: number
  /** The most frequent first. */
  readonly keys: readonly HotKey[]
}

export interface KeySampler {
  readonly sampled: readonly SampledKeys[]
  /** @param asColumns the head has read its columns, no records */
  arrived(batch: ColumnBatch, input: number, asColumns: boolean): void
}

/** How a checkpoint ended. */
export interface CheckpointEnd {
  /** Why it does not exist; null: it is complete, and on disk. */
  readonly failure: string | null
  /** From its first barrier on. */
  readonly tookMs: number
  /** Of one that is complete. */
  readonly size?: CheckpointSize
}

/** What an actor tells its worker. */
export interface ActorEvents {
  /** The oldest frames of a channel (by position in the mailbox) were processed. */
  consumed(channel: number, costBytes: number): void
  /** The chunk as it is now: whatever its operator does next does not change it. */
  seal(chunk: ActorChunk): SealedChunk
  /** Some chunks of a snapshot, of which `snapshotTaken` tells the rest, unless its checkpoint fails before. */
  snapshotPart(checkpointId: number, chunks: readonly SealedChunk[]): void
  snapshotTaken(checkpointId: number, chunks: readonly SealedChunk[], timing: SnapshotTiming): void
}

/** A chunk as bytes of its own, under a name. */
export interface SealedChunk {
  readonly key: string
  readonly bytes: Uint8Array
  readonly checksum: number
  /** It stands behind the chunks of this name in an earlier checkpoint; without bytes: it is those. */
  readonly since?: number
}

/** State of an operator, or time of the actor under the name of its head. */
export type ActorChunk = (StateChunk | TimeChunk) & { readonly operator: string }

/** Named states of an actor's life; every one is left only by the line that says so. */
export type ActorState = 'running' | 'ending' | 'finished'
