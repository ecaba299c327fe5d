/**
 * Reads checkpoints, from any process, or any thread that is never terminated (a thread that ends inside of LMDB can take the process with it),
 * while the storage thread writes. What it returns is a copy.
 * Within a process, open readers after the storage thread has reported `opened` (see openCheckpointStore).
 */
import type { ActorName, ChunkRef, Manifest, ManifestActor } from '../checkpoint/manifest.ts'
import { decodeManifest } from '../checkpoint/manifest.ts'
import { MillraceError } from '../errors.ts'
import type { Environment } from './environment.ts'
import { FORMAT_KEY, manifestKey, openEnvironment, reading } from './environment.ts'
import { readChunk } from './read-chunk.ts'
import { type DamagedManifest, checkFormat, loadManifests } from './stored-manifests.ts'

export interface ReadChunk extends ActorName {
  readonly key: string
  readonly bytes: Uint8Array
}

/**
 * @param dir state directory that a store has been opened in
 * @throws MillraceError MR_STATE_MISSING if there is none, MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE
 */
export function openCheckpointReader(dir: string): CheckpointReader {
  return new CheckpointReader(dir)
}

export class CheckpointReader {
  readonly #environment: Environment

  constructor(dir: string) {
    this.#environment = openEnvironment(dir, 'read-only')
    try {
      const format = reading(this.#environment, 'The format record', () => this.#environment.getBinary(FORMAT_KEY))
      if (!format) throw new MillraceError('MR_STATE_INCOMPATIBLE', `The database in ${dir} was not written by millrace.`)
      checkFormat(format, dir)
    } catch (error) {
      void this.#environment.close()
      throw error
    }
  }

  /** Complete checkpoints, ascending by id. */
  list(): Manifest[] {
    return this.#load().manifests
  }

  /** Checkpoints whose manifest cannot be read, ascending by id. */
  damaged(): DamagedManifest[] {
    return this.#load().damaged
  }

  #load(): ReturnType<typeof loadManifests> {
    return reading(this.#environment, 'The list of checkpoints', () => loadManifests(this.#environment))
  }

  /** Newest complete checkpoint. One whose chunks are damaged is not skipped: whoever reads them is told, and chooses. */
  latest(): Manifest | undefined {
    return this.list().at(-1)
  }

  /** @throws MillraceError MR_CHECKPOINT_GONE if there is no such checkpoint, MR_STATE_CORRUPT if its manifest is damaged */
  readManifest(id: number): Manifest {
    const bytes = this.#manifestBytes(id)
    if (!bytes) throw new MillraceError('MR_CHECKPOINT_GONE', `There is no checkpoint ${id} in this state directory.`)
    return decodeManifest(bytes, `checkpoint ${id}`)
  }

  /**
   * Chunks of a checkpoint, one at a time, in the order in which their actors wrote them.
   *
   * @param wanted which ones; all if left out
   * @throws MillraceError MR_STATE_CORRUPT naming chunk, actor and checkpoint; MR_CHECKPOINT_GONE when the run that goes on has removed it
   */
  *readChunks(manifest: Manifest, wanted?: (ref: ChunkRef, actor: ManifestActor) => boolean): Generator<ReadChunk> {
    for (const actor of manifest.actors) {
      for (const ref of actor.chunks) {
        if (wanted && !wanted(ref, actor)) continue
        yield { task: actor.task, index: actor.index, key: ref.key, bytes: this.#read(manifest, actor, ref) }
      }
    }
  }

  /** A chunk and its manifest go in one transaction. */
  #read(manifest: Manifest, actor: ManifestActor, ref: ChunkRef): Uint8Array {
    try {
      return readChunk(this.#environment, manifest, actor, ref)
    } catch (cause) {
      if (this.#manifestBytes(manifest.id) !== undefined) throw cause
      throw new MillraceError('MR_CHECKPOINT_GONE', `Checkpoint ${manifest.id} was removed meanwhile: there are newer ones.`, { cause })
    }
  }

  #manifestBytes(id: number): Uint8Array | undefined {
    return reading(this.#environment, `Checkpoint ${id}`, () => this.#environment.getBinary(manifestKey(id)))
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#environment.close()
  }
}
