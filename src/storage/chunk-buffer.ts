/**
 * Snapshots that have arrived and are not committed yet, by checkpoint and actor. Only chunks of the current attempt, and of
 * checkpoints that are still open, are kept: ids only grow, so everything up to the last one that ended is over.
 * Memory: from CHECKPOINT_STAGED_FROM_BYTES on, they go to the disk before their commit. Last chunks of actors that have ended stay, since they go into each
 * checkpoint; with them it is CHECKPOINT_BUFFERED_BYTES_MAX at most.
 */
import type { ActorName, Chunk } from '../checkpoint/manifest.ts'
import { describeError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'
import { CHECKPOINT_BUFFERED_BYTES_MAX, CHECKPOINT_STAGED_FROM_BYTES } from '../limits.ts'
import type { ActorSnapshot, StagedChunk } from './lay-out.ts'
import type { CommitActor, StorageToControl, StoreMessage } from './protocol.ts'
import { FINAL } from './protocol.ts'

interface Snapshot {
  chunks: (Chunk | StagedChunk)[]
  bytes: number
  /** Of these, those that are in memory. */
  heldBytes: number
  whole: boolean
}

/** The disk, for what is too much for memory. */
export interface Staging {
  /** @throws MillraceError MR_CHECKPOINT_FAILED */
  write(checkpoint: number, chunks: readonly Chunk[]): StagedChunk[]
  drop(checkpoint: number): void
}

type Snapshots = Map<string, Snapshot>

export interface BufferBounds {
  readonly bytesMax: number
  readonly stagedFromBytes: number
}

const USUAL_BOUNDS: BufferBounds = { bytesMax: CHECKPOINT_BUFFERED_BYTES_MAX, stagedFromBytes: CHECKPOINT_STAGED_FROM_BYTES }

export class ChunkBuffer {
  readonly #staging: Staging
  readonly #bounds: BufferBounds
  #attempt = 0
  /** No checkpoint up to this id takes chunks any more. */
  #endedId = 0
  #bytes = 0
  /** Of these, those of actors that have ended. */
  #finalBytes = 0
  readonly #open = new Map<number, Snapshots>()

  constructor(staging: Staging, bounds: BufferBounds = USUAL_BOUNDS) {
    this.#staging = staging
    this.#bounds = bounds
  }

  /** Bytes held in memory now. */
  get bytes(): number {
    return this.#bytes
  }

  startAttempt(attempt: number): void {
    if (attempt <= this.#attempt) return
    this.#attempt = attempt
    for (const checkpoint of [...this.#open.keys()]) this.#drop(checkpoint)
    this.#finalBytes = 0
  }

  /** Keeps what a worker sent. Returns what control is to be told: that a snapshot is whole, or declined; null while parts are missing. */
  receive(message: StoreMessage): StorageToControl | null {
    const { task, index, attempt, checkpoint, timing } = message
    try {
      const bytes = this.store(message)
      return bytes === undefined ? null : { type: 'stored', task, index, attempt, checkpoint, bytes, ...(timing && { timing }) }
    } catch (error) {
      if (checkpoint !== FINAL) this.end(checkpoint)
      return { type: 'declined', task, index, attempt, checkpoint, failure: describeError(error, { kind: 'storage', attempt }) }
    }
  }

  /**
   * Keeps chunks.
   *
   * @returns the size of the actor's snapshot if this was its last part, undefined if parts are missing or the chunks were dropped
   * @throws MillraceError MR_CHECKPOINT_FAILED if there is no room, or a chunk came after the last one
   */
  store(message: StoreMessage): number | undefined {
    const { checkpoint, attempt, chunks, last } = message
    // Workers have a port of their own: what they store in a new attempt may overtake control's word that it has begun.
    this.startAttempt(attempt)
    if (attempt !== this.#attempt || (checkpoint !== FINAL && checkpoint <= this.#endedId)) return undefined
    const added = chunks.reduce((sum, chunk) => sum + chunk.bytes.byteLength, 0)
    if (this.#bytes + added > this.#bounds.bytesMax) {
      const text = `The snapshots of checkpoint ${checkpoint} need more than ${this.#bounds.bytesMax} bytes of memory.`
      throw new MillraceError('MR_CHECKPOINT_FAILED', text)
    }
    const snapshot = this.#snapshotOf(checkpoint, message)
    if (snapshot.whole) throw new MillraceError('MR_CHECKPOINT_FAILED', `Actor ${nameOf(message)} stored checkpoint ${checkpoint} twice.`)
    snapshot.chunks.push(...chunks)
    snapshot.bytes += added
    snapshot.heldBytes += added
    this.#bytes += added
    if (checkpoint === FINAL) this.#finalBytes += added
    if (this.#bytes - this.#finalBytes > this.#bounds.stagedFromBytes) this.#stage()
    if (!last) return undefined
    snapshot.whole = true
    return snapshot.bytes
  }

  /**
   * Takes a checkpoint's snapshots out, and ends it.
   *
   * @throws MillraceError MR_CHECKPOINT_FAILED if an actor's snapshot is missing
   */
  take(checkpoint: number, attempt: number, actors: readonly CommitActor[]): ActorSnapshot<Chunk | StagedChunk>[] {
    if (attempt !== this.#attempt)
      throw new MillraceError('MR_CHECKPOINT_FAILED', `Checkpoint ${checkpoint} belongs to attempt ${attempt}, which is over.`)
    const snapshots = this.#open.get(checkpoint)
    const finals = this.#open.get(FINAL)
    this.#release(checkpoint)
    this.end(checkpoint)
    return actors.map(({ task, index, finished }) => {
      const snapshot = (finished ? finals : snapshots)?.get(nameOf({ task, index }))
      if (!finished && !snapshot?.whole) {
        const text = `Checkpoint ${checkpoint} lacks the snapshot of actor ${nameOf({ task, index })}.`
        throw new MillraceError('MR_CHECKPOINT_FAILED', text)
      }
      return { task, index, finished, chunks: snapshot?.chunks ?? [] }
    })
  }

  /** Drops a checkpoint: committed, or given up. */
  end(checkpoint: number): void {
    this.#endedId = Math.max(this.#endedId, checkpoint)
    for (const id of [...this.#open.keys()]) if (id !== FINAL && id <= this.#endedId) this.#drop(id)
  }

  #drop(checkpoint: number): void {
    this.#release(checkpoint)
    this.#staging.drop(checkpoint)
  }

  #release(checkpoint: number): void {
    for (const { heldBytes } of this.#open.get(checkpoint)?.values() ?? []) this.#bytes -= heldBytes
    this.#open.delete(checkpoint)
  }

  #stage(): void {
    for (const [checkpoint, snapshots] of this.#open) {
      if (checkpoint === FINAL) continue
      const held = [...snapshots.values()].flatMap(({ chunks }) => chunks.filter(isHeld))
      const staged = this.#staging.write(checkpoint, held)
      const placeOf = new Map(held.map((chunk, i) => [chunk as Chunk | StagedChunk, staged[i]!]))
      for (const snapshot of snapshots.values()) {
        snapshot.chunks = snapshot.chunks.map((chunk) => placeOf.get(chunk) ?? chunk)
        this.#bytes -= snapshot.heldBytes
        snapshot.heldBytes = 0
      }
    }
  }

  #snapshotOf(checkpoint: number, actor: ActorName): Snapshot {
    let snapshots = this.#open.get(checkpoint)
    if (!snapshots) this.#open.set(checkpoint, (snapshots = new Map<string, Snapshot>()))
    const name = nameOf(actor)
    let snapshot = snapshots.get(name)
    if (!snapshot) snapshots.set(name, (snapshot = { chunks: [], bytes: 0, heldBytes: 0, whole: false }))
    return snapshot
  }
}

/** In memory, and worth to be written: one without bytes only stands for others. */
const isHeld = (chunk: Chunk | StagedChunk): chunk is Chunk => 'bytes' in chunk && chunk.bytes.byteLength > 0

const nameOf = ({ task, index }: ActorName) => `${task}#${index}`
