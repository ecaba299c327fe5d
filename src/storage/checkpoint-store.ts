/**
 * The only writer of checkpoints. Chunks, manifest and the removal of what retention no longer keeps are one transaction: a
 * checkpoint is complete or does not exist.
 *
 * Transactions run synchronously on the thread that owns the store (the storage thread, which has nothing else to do): lmdb's
 * asynchronous writes never give back their lock when a transaction cannot begin, and leave a second thread inside LMDB that outlives the first.
 */
import { join } from 'node:path'
import { type BegunLineage, begunLineage } from '../checkpoint/lineage.ts'
import { findGarbage } from '../checkpoint/retention.ts'
import type { Chunk, ChunkRef, Manifest, ManifestActor, ManifestHead } from '../checkpoint/manifest.ts'
import { CHECKPOINT_FORMAT_VERSION, encodeManifest } from '../checkpoint/manifest.ts'
import { MillraceError } from '../errors.ts'
import { CHECKPOINT_IDS_RESERVED, CHECKPOINTS_RETAINED_DEFAULT } from '../limits.ts'
import { chunkKey, CHUNKS, FORMAT_KEY, LINEAGE_KEY, manifestKey, MANIFESTS, openEnvironment, reading, RESERVED_KEY } from './environment.ts'
import type { Environment } from './environment.ts'
import type { StorageHandshake } from './handshake.ts'
import { beginWriting, createHandshake, endWriting, undisturbed } from './handshake.ts'
import { type ActorSnapshot, type StagedChunk, layOut } from './lay-out.ts'
import { readChunk } from './read-chunk.ts'
import { type ChunksRead, readChunks } from './read-chunks.ts'
import { replaceDatabase } from './replace-database.ts'
import { rewriteChunks } from './rewritten-chunks.ts'
import { SameFile } from './same-file.ts'
import { StagedChunks } from './staged-chunks.ts'
import { CHECKPOINTS_FOLDER, prepareStateDir } from './state-dir.ts'
import { checkFormat, loadManifests } from './stored-manifests.ts'

export interface CheckpointStoreOptions {
  /** State directory, made if it is missing. */
  readonly dir: string
  /** Complete checkpoints that are kept, at least 1. */
  readonly retained?: number
  /** The directory is a savepoint, which no run may use as its state directory. Default false. */
  readonly savepoint?: boolean
  /** Word by which the app thread ends writing; see handshake.ts. */
  readonly handshake?: StorageHandshake
}

export interface CommitReport {
  readonly manifest: Manifest
  /** Bytes of all chunks. */
  readonly bytes: number
  readonly tookMs: number
}

/**
 * Opens or creates the store. The process must hold the lock of the directory (state-lock.ts), and no reader of this process may be
 * open on it yet: LMDB environments are shared within a process, and a read-only one stays read-only.
 *
 * @throws MillraceError MR_STATE_DIR_INVALID, MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE
 */
export function openCheckpointStore(options: CheckpointStoreOptions): CheckpointStore {
  const dir = prepareStateDir(options.dir)
  const retained = options.retained ?? CHECKPOINTS_RETAINED_DEFAULT
  if (!Number.isInteger(retained) || retained < 1) {
    throw new MillraceError('MR_OPTION_INVALID', `retained=${String(retained)}, but it must be an integer of at least 1.`)
  }
  return new CheckpointStore(dir, retained, options.handshake ?? createHandshake(), options.savepoint ?? false)
}

export class CheckpointStore {
  /** Real path of the state directory. */
  readonly dir: string
  /** First id that this run may use: greater than every id that an earlier run may have used, failed checkpoints included. */
  readonly firstId: number
  readonly #retained: number
  readonly #handshake: StorageHandshake
  #environment: Environment
  readonly #file: SameFile
  /** Chunks that are written before the commit of their checkpoint. */
  readonly staged: StagedChunks
  /** Complete checkpoints, ascending by id. */
  #manifests: readonly Manifest[] = []
  #damaged: readonly number[] = []
  #reserved = 0
  #begun: BegunLineage | null = null
  #closed = false

  constructor(dir: string, retained: number, handshake: StorageHandshake, savepoint: boolean) {
    this.dir = dir
    this.#retained = retained
    this.#handshake = handshake
    this.#environment = undisturbed(handshake, () => openEnvironment(dir, 'read-write'))
    this.#file = new SameFile(join(dir, CHECKPOINTS_FOLDER, 'data.mdb'))
    this.staged = new StagedChunks(this.#environment, (work) => this.#transact(work))
    try {
      undisturbed(handshake, () => reading(this.#environment, `The database in ${dir}`, () => this.#load(savepoint)))
      this.firstId = Math.max(this.#reserved, this.#manifests.at(-1)?.id ?? 0, ...this.#damaged) + 1
      this.#transact(() => {
        this.#put(
          FORMAT_KEY,
          encodeJson({ product: 'millrace', formatVersion: CHECKPOINT_FORMAT_VERSION, ...(savepoint && { savepoint }) }),
        )
        this.staged.removeOld()
        this.#reserve(this.firstId)
        this.#begin(this.#manifests.at(-1)?.id ?? 0)
      })
    } catch (error) {
      void this.close()
      throw openingError(dir, error)
    }
  }

  /** Ids of checkpoints whose manifest cannot be read, ascending. */
  get damaged(): readonly number[] {
    return this.#damaged
  }

  /** Name of the chain of checkpoints that begins unless an earlier one is gone on with. */
  get lineage(): string {
    return this.#begun!.name
  }

  /** Newest complete checkpoint. */
  latest(): Manifest | undefined {
    return this.#manifests.at(-1)
  }

  /** Complete checkpoints, ascending by id. */
  list(): readonly Manifest[] {
    return this.#manifests
  }

  /**
   * Chunks of a complete checkpoint, as copies.
   *
   * @throws MillraceError MR_STATE_CORRUPT when there is no such checkpoint, or a chunk is damaged
   */
  read(checkpoint: number, wanted: ReadonlySet<string>): ChunksRead {
    const manifest = this.#manifestOf(checkpoint)
    return readChunks(this.#environment, manifest, wanted, (work) => undisturbed(this.#handshake, work))
  }

  /** All of a complete checkpoint, each chunk checked. @throws MillraceError MR_STATE_CORRUPT */
  actorsOf(checkpoint: number): { readonly manifest: Manifest; readonly actors: ActorSnapshot[] } {
    const manifest = this.#manifestOf(checkpoint)
    const read = (actor: ManifestActor, ref: ChunkRef): Chunk => ({
      key: ref.key,
      checksum: ref.checksum,
      bytes: undisturbed(this.#handshake, () => readChunk(this.#environment, manifest, actor, ref)),
    })
    return { manifest, actors: manifest.actors.map((actor) => ({ ...actor, chunks: actor.chunks.map((ref) => read(actor, ref)) })) }
  }

  #manifestOf(checkpoint: number): Manifest {
    const manifest = this.#manifests.find(({ id }) => id === checkpoint)
    if (manifest === undefined) throw new MillraceError('MR_STATE_CORRUPT', `There is no checkpoint ${checkpoint} in this state directory.`)
    return manifest
  }

  /**
   * Writes one checkpoint. When the promise resolves, it is on disk.
   *
   * @throws MillraceError MR_CHECKPOINT_FAILED with the reason as cause (such as EIO: the disk is full). Earlier checkpoints are
   * intact, and a later commit may succeed.
   */
  async commit(head: ManifestHead, actors: readonly ActorSnapshot<Chunk | StagedChunk>[]): Promise<CommitReport> {
    const startedMs = performance.now()
    this.#admit(head)
    const staged = this.staged.count(head.id)
    const { manifest, writes, bytes } = layOut(head, actors, this.#manifests, staged)
    const manifests = [...this.#manifests, manifest]
    const garbage = findGarbage(manifests, this.#retained)
    const reservedBefore = this.#reserved
    try {
      this.#transact(() => {
        for (const ref of garbage.chunks) this.#environment.removeSync(chunkKey(ref.checkpoint, ref.ordinal))
        for (const old of garbage.manifests) this.#environment.removeSync(manifestKey(old.id))
        for (const [i, chunk] of writes.entries()) this.#put(chunkKey(head.id, staged + i), chunk)
        this.staged.commit(head.id)
        this.#put(manifestKey(head.id), encodeManifest(manifest))
        this.#reserve(head.id + 1)
      })
    } catch (cause) {
      this.#reserved = reservedBefore
      throw new MillraceError('MR_CHECKPOINT_FAILED', `Checkpoint ${head.id} could not be written: ${messageOf(cause)}`, { cause })
    }
    this.staged.committed(head.id)
    this.#manifests = garbage.kept
    return { manifest, bytes, tookMs: performance.now() - startedMs }
  }

  /**
   * Marks the newest checkpoint as the last one of its job. On disk when it returns.
   *
   * @throws MillraceError MR_CHECKPOINT_FAILED
   */
  finish(id: number): void {
    const newest = this.#manifests.at(-1)
    if (newest?.id !== id) throw new MillraceError('MR_CHECKPOINT_FAILED', `Checkpoint ${id} is not the newest one.`)
    const manifest: Manifest = { ...newest, status: 'finished' }
    try {
      this.#transact(() => this.#put(manifestKey(id), encodeManifest(manifest)))
    } catch (cause) {
      throw new MillraceError('MR_CHECKPOINT_FAILED', `The end of the job could not be written: ${messageOf(cause)}`, { cause })
    }
    this.#manifests = [...this.#manifests.slice(0, -1), manifest]
  }

  /**
   * Removes all checkpoints; their ids are not used again. On disk when it returns.
   *
   * @throws MillraceError MR_STATE_DIR_INVALID
   */
  forget(): void {
    if (this.#manifests.length + this.#damaged.length === 0) return
    try {
      this.#transact(() => {
        for (const key of [...this.#environment.getKeys(CHUNKS), ...this.#environment.getKeys(MANIFESTS)]) this.#environment.removeSync(key)
        this.#begin(0, this.lineage)
      })
    } catch (cause) {
      throw new MillraceError('MR_STATE_DIR_INVALID', `Old checkpoints in ${this.dir} cannot be removed: ${messageOf(cause)}`, { cause })
    }
    this.#manifests = []
    this.#damaged = []
  }

  /**
   * Changes chunks of all checkpoints where they lie, in one transaction. On disk when it returns.
   *
   * @param change new bytes of a chunk by its name, or null when it stays
   * @throws MillraceError MR_STATE_CORRUPT when something cannot be read, MR_CHECKPOINT_FAILED; nothing has changed then
   */
  rewrite(change: (key: string, bytes: Uint8Array) => Uint8Array | null): void {
    if (this.#damaged.length > 0) {
      const text = `Checkpoints ${this.#damaged.join(', ')} are damaged: what they hold cannot be told, nor changed.`
      throw new MillraceError('MR_STATE_CORRUPT', text)
    }
    const read = (manifest: Manifest, actor: ManifestActor, ref: ChunkRef): Uint8Array =>
      undisturbed(this.#handshake, () => readChunk(this.#environment, manifest, actor, ref))
    const { chunks, manifests } = rewriteChunks(this.#manifests, read, change)
    if (chunks.length === 0) return
    try {
      this.#transact(() => {
        for (const { ref, bytes } of chunks) this.#put(chunkKey(ref.checkpoint, ref.ordinal), bytes)
        for (const manifest of manifests) this.#put(manifestKey(manifest.id), encodeManifest(manifest))
      })
    } catch (cause) {
      throw new MillraceError('MR_CHECKPOINT_FAILED', `Checkpoints cannot be rewritten: ${messageOf(cause)}`, { cause })
    }
    this.#manifests = manifests
  }

  /**
   * Writes the database anew, without what lies in freed pages, and closes the store.
   *
   * @throws MillraceError MR_STATE_DIR_INVALID when it cannot be written: then it is as it was
   */
  async compact(): Promise<void> {
    if (this.#closed || !beginWriting(this.#handshake)) return
    this.#closed = true
    try {
      await replaceDatabase(this.#environment, this.dir)
    } finally {
      endWriting(this.#handshake)
    }
  }

  /** Notes that a checkpoint failed, so that its id is not used again even if no other ever completes. */
  retire(id: number): void {
    if (this.#closed || id + CHECKPOINT_IDS_RESERVED / 2 < this.#reserved) return
    const before = this.#reserved
    try {
      this.#transact(() => this.#reserve(id + 1))
    } catch {
      this.#reserved = before // A full disk: the next commit or retirement reserves.
    }
  }

  /**
   * Idempotent. Counts as writing: a thread that is ended inside of LMDB takes the process with it. When the process is about to end nothing is
   * closed; what is committed is on disk.
   */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (!beginWriting(this.#handshake)) return
    try {
      await this.#environment.close()
    } finally {
      endWriting(this.#handshake)
    }
  }

  #admit(head: ManifestHead): void {
    const last = this.#manifests.at(-1)?.id ?? 0
    if (this.#closed) throw new MillraceError('MR_CHECKPOINT_FAILED', `Checkpoint ${head.id} came after the store was closed.`)
    if (!Number.isSafeInteger(head.id) || head.id < this.firstId || head.id <= last) {
      const least = Math.max(this.firstId, last + 1)
      throw new MillraceError('MR_CHECKPOINT_FAILED', `Checkpoint id=${String(head.id)} was used already, the next is at least ${least}.`)
    }
  }

  #load(savepoint: boolean): void {
    const format = this.#environment.getBinary(FORMAT_KEY)
    const keys = [...this.#environment.getKeys({ limit: 1 })]
    if (!format && keys.length > 0) {
      throw new MillraceError('MR_STATE_INCOMPATIBLE', `The database in ${this.dir} was not written by millrace.`)
    }
    if (format && checkFormat(format, this.dir).savepoint && !savepoint) {
      throw new MillraceError(
        'MR_STATE_DIR_INVALID',
        `${this.dir} is a savepoint. Begin from it: give it as "from", and a stateDir of its own.`,
      )
    }
    const { manifests, damaged } = loadManifests(this.#environment)
    this.#manifests = manifests
    this.#damaged = damaged.map(({ id }) => id)
    const stored = (key: [string]): unknown => parseJson(this.#environment.getBinary(key))
    this.#reserved = Number(stored(RESERVED_KEY)) || 0
    this.#begun = stored(LINEAGE_KEY) as BegunLineage | null
  }

  #reserve(next: number): void {
    const reserved = next + CHECKPOINT_IDS_RESERVED
    if (reserved <= this.#reserved) return
    this.#put(RESERVED_KEY, encodeJson(reserved))
    this.#reserved = reserved
  }

  #begin(newest: number, name = `${this.firstId}-${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`): void {
    this.#begun = begunLineage(this.#begun, newest, name)
    this.#put(LINEAGE_KEY, encodeJson(this.#begun))
  }

  #put(key: (string | number)[], bytes: Uint8Array): void {
    this.#environment.putSync(key, bytes)
  }

  /** Synchronous, abortable, flushed before it returns. */
  #transact(work: () => void): void {
    undisturbed(this.#handshake, () => this.#environment.transactionSync(work))
    this.#file.check('MR_STATE_DIR_INVALID')
  }
}

function openingError(dir: string, cause: unknown): MillraceError {
  if (cause instanceof MillraceError) return cause
  const code = /MDB_/.test(messageOf(cause)) ? 'MR_STATE_CORRUPT' : 'MR_STATE_DIR_INVALID'
  return new MillraceError(code, `The database in ${dir} cannot be written: ${messageOf(cause)}`, { cause })
}

const encodeJson = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const parseJson = (bytes: Uint8Array | undefined): unknown => (bytes === undefined ? null : JSON.parse(new TextDecoder().decode(bytes)))
const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
