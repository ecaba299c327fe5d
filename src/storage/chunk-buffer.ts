/**
 * Snapshots that have arrived and are not committed yet, by checkpoint and actor. Only chunks of the current attempt, and of
 * checkpoints that are still open, are kept: ids only grow, so everything up to the last one that ended is over.
 * Memory: at most CHECKPOINT_BUFFERED_BYTES_MAX for all of them.
 */
import type { ActorName, Chunk } from '../checkpoint/manifest.ts'
import { describeError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'
import { CHECKPOINT_BUFFERED_BYTES_MAX } from '../limits.ts'
import type { ActorSnapshot } from './lay-out.ts'
import type { CommitActor, StorageToControl, StoreMessage } from './protocol.ts'
import { FINAL } from './protocol.ts'

interface Snapshot {
  readonly chunks: Chunk[]
  bytes: number
  whole: boolean
}

type Snapshots = Map<string, Snapshot>

export class ChunkBuffer {
  readonly #bytesMax: number
  #attempt = 0
  /** No checkpoint up to this id takes chunks any more. */
  #endedId = 0
  #bytes = 0
  readonly #open = new Map<number, Snapshots>()

  constructor(bytesMax: number = CHECKPOINT_BUFFERED_BYTES_MAX) {
    this.#bytesMax = bytesMax
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.#bytes
  }

  startAttempt(attempt: number): void {
    if (attempt <= this.#attempt) return
    this.#attempt = attempt
    this.#open.clear()
    this.#bytes = 0
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
    if (this.#bytes + added > this.#bytesMax) {
      const text = `The snapshots of checkpoint ${checkpoint} need more than ${this.#bytesMax} bytes of memory.`
      throw new MillraceError('MR_CHECKPOINT_FAILED', text)
    }
    const snapshot = this.#snapshotOf(checkpoint, message)
    if (snapshot.whole) throw new MillraceError('MR_CHECKPOINT_FAILED', `Actor ${nameOf(message)} stored checkpoint ${checkpoint} twice.`)
    snapshot.chunks.push(...chunks)
    snapshot.bytes += added
    this.#bytes += added
    if (!last) return undefined
    snapshot.whole = true
    return snapshot.bytes
  }

  /**
   * Takes a checkpoint's snapshots out, and ends it.
   *
   * @throws MillraceError MR_CHECKPOINT_FAILED if an actor's snapshot is missing
   */
  take(checkpoint: number, attempt: number, actors: readonly CommitActor[]): ActorSnapshot[] {
    if (attempt !== this.#attempt)
      throw new MillraceError('MR_CHECKPOINT_FAILED', `Checkpoint ${checkpoint} belongs to attempt ${attempt}, which is over.`)
    const snapshots = this.#open.get(checkpoint)
    const finals = this.#open.get(FINAL)
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
    for (const [id, snapshots] of this.#open) {
      if (id === FINAL || id > this.#endedId) continue
      for (const snapshot of snapshots.values()) this.#bytes -= snapshot.bytes
      this.#open.delete(id)
    }
  }

  #snapshotOf(checkpoint: number, actor: ActorName): Snapshot {
    let snapshots = this.#open.get(checkpoint)
    if (!snapshots) this.#open.set(checkpoint, (snapshots = new Map<string, Snapshot>()))
    const name = nameOf(actor)
    let snapshot = snapshots.get(name)
    if (!snapshot) snapshots.set(name, (snapshot = { chunks: [], bytes: 0, whole: false }))
    return snapshot
  }
}

const nameOf = ({ task, index }: ActorName) => `${task}#${index}`
