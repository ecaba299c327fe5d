/**
 * Messages of the storage thread: plain data over MessagePorts.
 *
 * ```
 *  worker --store--> storage --stored--> control --commit | abort--> storage --committed | commit-failed--> control
 *  worker --read--> storage --chunks | read-failed--> worker
 * ```
 *
 * Chunks travel between worker and storage thread directly; control sees only that they are there. Workers do not
 * read the database themselves: they may be terminated at any instant, and a thread that ends inside of LMDB can take the process with it.
 */
import type { MessagePort } from 'node:worker_threads'
import { movedChunk } from '../checkpoint/chunk.ts'
import type { ActorName, Chunk, Manifest, ManifestHead } from '../checkpoint/manifest.ts'
import type { SnapshotTiming } from '../core/checkpoint-measures.ts'
import type { FailureData } from '../core/failure.ts'
import type { Key } from '../core/key-hash.ts'
import { CHUNK_COPY_BYTES_MAX } from '../limits.ts'
import type { ForgottenState } from './forget-key.ts'
import type { StorageHandshake } from './handshake.ts'
import type { TableAnswer, TableMessage } from './tables/table-protocol.ts'
import type { WorkingAnswer, WorkingMessage } from './working-state/working-protocol.ts'

/** `workerData` of the storage thread. */
export interface StorageOptions {
  readonly stateDir: string
  readonly retained?: number
  /** Savepoint that a run may begin with. */
  readonly from?: string
  readonly handshake: StorageHandshake
  /** Port to the control thread; the thread's parentPort if left out. Must be in the transfer list. */
  readonly controlPort?: MessagePort
}

/** A worker hands over a snapshot, or a part of one. */
export interface StoreMessage extends ActorName {
  readonly type: 'store'
  readonly attempt: number
  /** Id of the checkpoint; `FINAL` for the chunks of an actor that has ended, which go into every later checkpoint of the attempt. */
  readonly checkpoint: number
  readonly chunks: readonly Chunk[]
  /** True on the last message of this snapshot: then control is told. */
  readonly last: boolean
  /** For control. */
  readonly timing?: SnapshotTiming
}

/** Checkpoint id of the last chunks of an actor that has ended. */
export const FINAL = 0

/** A worker asks for chunks of a complete checkpoint, to begin an attempt with. */
export interface ReadMessage {
  readonly type: 'read'
  /** Told again by the answer. */
  readonly request: number
  readonly checkpoint: number
  readonly keys: readonly string[]
}

export type WorkerToStorage = StoreMessage | ReadMessage | WorkingMessage | TableMessage

export interface StoredChunk {
  readonly key: string
  readonly bytes: Uint8Array
}

/** Their buffers are the worker's. */
export type StorageToWorker =
  | { readonly type: 'chunks'; readonly request: number; readonly chunks: readonly StoredChunk[] }
  | { readonly type: 'read-failed'; readonly request: number; readonly failure: FailureData }
  | WorkingAnswer
  | TableAnswer

export type ControlToStorage =
  /** A worker thread may store from now on. The port must be in the transfer list. */
  | { readonly type: 'add-worker'; readonly worker: number; readonly port: MessagePort }
  | { readonly type: 'remove-worker'; readonly worker: number }
  /** Chunks of earlier attempts are dropped from now on. */
  | { readonly type: 'attempt'; readonly attempt: number }
  | { readonly type: 'commit'; readonly attempt: number; readonly head: ManifestHead; readonly actors: readonly CommitActor[] }
  | { readonly type: 'abort'; readonly attempt: number; readonly checkpoint: number }
  /** The newest checkpoint is the last: nothing is left to do. */
  | { readonly type: 'finish'; readonly checkpoint: number }
  /** Removes all checkpoints. */
  | { readonly type: 'forget' }
  /** Removes the state of a key from all checkpoints; of one operator, or of all. */
  | { readonly type: 'forget-key'; readonly key: Key; readonly operator: string | null }
  /** Copies the savepoint `from` into the directory, as its newest checkpoint. */
  | { readonly type: 'import'; readonly head: ImportHead }
  /** Copies a complete checkpoint into a directory of its own. */
  | { readonly type: 'export'; readonly checkpoint: number; readonly dir: string; readonly request: number }
  /** Finishes what it is doing, closes the directory, answers `closed`, ends. */
  | { readonly type: 'close' }

/** What is new about a checkpoint that was a savepoint. */
export type ImportHead = Pick<ManifestHead, 'id' | 'lineage' | 'createdMs'> & { readonly origin: string; readonly jobName: string }

export interface CommitActor extends ActorName {
  readonly finished: boolean
}

export type StorageToControl =
  /** The directory is open; readers may be opened. `firstId` is the first free checkpoint id, `latest` what to resume from. */
  | {
      readonly type: 'opened'
      readonly dir: string
      readonly firstId: number
      /** Name of the lineage that begins unless a checkpoint is gone on from. */
      readonly lineage: string
      readonly checkpoints: readonly Manifest[]
      /** Ids of checkpoints whose manifest cannot be read, ascending. */
      readonly damaged: readonly number[]
      /** The savepoint of the options. */
      readonly from: Manifest | null
      readonly tookMs: number
    }
  /** The directory cannot be used; the thread ends. */
  | { readonly type: 'open-failed'; readonly failure: FailureData }
  /** Every chunk of this actor's snapshot is here. With checkpoint `FINAL`: the actor has ended. */
  | (ActorName & {
      readonly type: 'stored'
      readonly attempt: number
      readonly checkpoint: number
      readonly bytes: number
      readonly timing?: SnapshotTiming
    })
  /** This snapshot cannot be kept (a bound was reached): the checkpoint should be given up. */
  | (ActorName & { readonly type: 'declined'; readonly attempt: number; readonly checkpoint: number; readonly failure: FailureData })
  | { readonly type: 'committed'; readonly attempt: number; readonly manifest: Manifest; readonly bytes: number; readonly tookMs: number }
  | { readonly type: 'commit-failed'; readonly attempt: number; readonly checkpoint: number; readonly failure: FailureData }
  | { readonly type: 'finished'; readonly checkpoint: number }
  | { readonly type: 'finish-failed'; readonly checkpoint: number; readonly failure: FailureData }
  | { readonly type: 'forgotten' }
  | { readonly type: 'key-forgotten'; readonly report: ForgottenState }
  | { readonly type: 'forget-key-failed'; readonly failure: FailureData }
  | { readonly type: 'imported'; readonly manifest: Manifest }
  | { readonly type: 'exported'; readonly request: number; readonly dir: string; readonly bytes: number }
  | { readonly type: 'export-failed'; readonly request: number; readonly failure: FailureData }
  | { readonly type: 'closed' }

/**
 * Hands a snapshot to the storage thread. Its chunks are copied, and nothing is transferred: as soon as a thread has given a buffer away, V8 throws away what it has compiled with
 * typed arrays, and each of their accesses asks from then on whether the buffer is still there. Measured: up to 10 % of a job's processor time, for good.
 */
export function sendStore(port: MessagePort, message: StoreMessage): void {
  // Small ones, which are many, share a buffer: each costs more than a small chunk that is copied.
  const shared = new Uint8Array(message.chunks.reduce((sum, { bytes }) => sum + (isSmall(bytes) ? bytes.byteLength : 0), 0))
  let end = 0
  const chunks = message.chunks.map((chunk): Chunk => {
    const { bytes } = chunk
    // slice() of a Buffer may come out of Node's pool; the plain view makes a buffer of its own.
    if (!isSmall(bytes)) return movedChunk(chunk, ownsBuffer(bytes) ? bytes : new Uint8Array(bytes))
    shared.set(bytes, end)
    return movedChunk(chunk, shared.subarray(end, (end += bytes.byteLength)))
  })
  port.postMessage({ ...message, chunks })
}

const isSmall = (bytes: Uint8Array): boolean => bytes.byteLength < CHUNK_COPY_BYTES_MAX

function ownsBuffer(bytes: Uint8Array): boolean {
  return bytes.buffer instanceof ArrayBuffer && bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength
}
