import { findDamage } from '../../checkpoint/chunk.ts'
import { type BegunLineage, begunLineage } from '../../checkpoint/lineage.ts'
import type { Chunk, Manifest } from '../../checkpoint/manifest.ts'
import { findGarbage, placeOf, refsOf } from '../../checkpoint/retention.ts'
import { describeError } from '../../core/failure.ts'
import type { Prng } from '../../core/prng.ts'
import { MillraceError } from '../../errors.ts'
import { CHECKPOINT_BUFFERED_BYTES_MAX, CHECKPOINT_IDS_RESERVED, CHECKPOINTS_RETAINED_DEFAULT } from '../../limits.ts'
import { ChunkBuffer } from '../../storage/chunk-buffer.ts'
import { type StagedChunk, layOut } from '../../storage/lay-out.ts'
import type { ControlToStorage, StorageToControl, StoreMessage } from '../../storage/protocol.ts'
import { MemoryTables } from '../../state/tables/memory-tables.ts'
import type { TableStore } from '../../state/tables/table-store.ts'
import { WatermarkLaw } from './laws.ts'
import { MemoryStores } from '../../state/working/memory-stores.ts'
import { expandSnapshot } from '../../storage/working-state/expand-snapshot.ts'
import { SimulatedOutputs } from './simulated-outputs.ts'
import type { Simulation } from './simulation.ts'

/** What survives a simulated process: complete checkpoints, and what sinks have made durable. */
export class SimulatedDisk {
  readonly outputs = new SimulatedOutputs()
  /** What sinks of tables have committed, by path. */
  readonly tables = new MemoryTables()
  readonly watermarks = new WatermarkLaw()
  /** No id up to this one is used again. */
  #reserved = 0
  #begun: BegunLineage | null = null
  readonly #chunks = new Map<string, Uint8Array>()
  #manifests: readonly Manifest[] = []
  /** By checkpoint that is not committed: how many of its chunks are here. */
  readonly #staged = new Map<number, number>()
  /** Checkpoints of which the manifest cannot be read. */
  readonly #damaged: number[] = []

  get manifests(): readonly Manifest[] {
    return this.#manifests
  }

  get damaged(): readonly number[] {
    return this.#damaged
  }

  /**
   * Changes a chunk that only the newest checkpoint has, or makes its manifest unreadable. Nothing where no older checkpoint of the same run is there to go on from, or where the
   * job has finished.
   */
  damage(chance: Prng): void {
    const newest = this.#manifests.at(-1)
    const older = this.#manifests.slice(0, -1).filter(({ lineage }) => lineage === newest?.lineage)
    if (newest === undefined || newest.status === 'finished' || !older.some((manifest) => this.#isWhole(manifest))) return
    this.outputs.mayTakeBack = true
    const own = [...refsOf(newest)].filter(({ checkpoint, byteLength }) => checkpoint === newest.id && byteLength > 0)
    if (own.length === 0 || chance.nextInt(2) === 0) {
      this.#manifests = this.#manifests.slice(0, -1)
      this.#damaged.push(newest.id)
      return
    }
    const ref = own[chance.nextInt(own.length)]!
    const bytes = this.#chunks.get(placeOf(ref))!
    const at = chance.nextInt(bytes.length)
    this.#chunks.set(placeOf(ref), bytes.with(at, bytes[at]! ^ (1 << chance.nextInt(8))))
  }

  #isWhole(manifest: Manifest): boolean {
    return [...refsOf(manifest)].every((ref) => findDamage(ref, this.#chunks.get(placeOf(ref))) === undefined)
  }

  /** First id that a process may use; those that the one before may have used are passed over. */
  reserve(): number {
    for (const checkpoint of [...this.#staged.keys()]) this.dropStaged(checkpoint)
    const firstId = Math.max(this.#reserved, this.#manifests.at(-1)?.id ?? 0) + 1
    this.#reserved = firstId + CHECKPOINT_IDS_RESERVED
    return firstId
  }

  /** Name of the lineage that begins with a process unless that goes on from a checkpoint. */
  begin(firstId: number): string {
    this.#begun = begunLineage(this.#begun, this.#manifests.at(-1)?.id ?? 0, String(firstId))
    return this.#begun.name
  }

  /** As much as {@link SimulatedDisk.reserve} kept is used up: room for more. */
  retire(id: number): void {
    if (id + CHECKPOINT_IDS_RESERVED / 2 >= this.#reserved) this.#reserved = id + CHECKPOINT_IDS_RESERVED
  }

  /** Chunks of a checkpoint that is not committed yet. */
  stage(checkpoint: number, chunks: readonly Chunk[]): StagedChunk[] {
    const first = this.staged(checkpoint)
    this.#staged.set(checkpoint, first + chunks.length)
    return chunks.map(({ bytes, ...rest }, i) => {
      this.#chunks.set(placeOf({ checkpoint, ordinal: first + i }), bytes)
      return { ...rest, byteLength: bytes.byteLength, ordinal: first + i }
    })
  }

  /** How many there are. */
  staged(checkpoint: number): number {
    return this.#staged.get(checkpoint) ?? 0
  }

  dropStaged(checkpoint: number): void {
    for (let ordinal = 0; ordinal < this.staged(checkpoint); ordinal++) this.#chunks.delete(placeOf({ checkpoint, ordinal }))
    this.#staged.delete(checkpoint)
  }

  write(manifest: Manifest, chunks: readonly Uint8Array[]): void {
    const staged = this.staged(manifest.id)
    this.#staged.delete(manifest.id)
    const manifests = [...this.#manifests, manifest]
    this.retire(manifest.id)
    const garbage = findGarbage(manifests, CHECKPOINTS_RETAINED_DEFAULT)
    for (const ref of garbage.chunks) this.#chunks.delete(placeOf(ref))
    for (const [i, chunk] of chunks.entries()) this.#chunks.set(placeOf({ checkpoint: manifest.id, ordinal: staged + i }), chunk)
    this.#manifests = garbage.kept
  }

  finish(checkpoint: number): void {
    this.#manifests = this.#manifests.map((manifest) => (manifest.id === checkpoint ? { ...manifest, status: 'finished' } : manifest))
  }

  /** @throws MillraceError MR_STATE_CORRUPT */
  read(manifest: Manifest, wanted: (key: string) => boolean): { key: string; bytes: Uint8Array }[] {
    const refs = manifest.actors.flatMap((actor) => actor.chunks).filter(({ key }) => wanted(key))
    return refs.map((ref) => {
      const bytes = this.#chunks.get(placeOf(ref))
      const damage = findDamage(ref, bytes)
      if (damage !== undefined) throw new MillraceError('MR_STATE_CORRUPT', `Chunk "${ref.key}" in checkpoint ${manifest.id} ${damage}.`)
      return { key: ref.key, bytes: bytes!.slice() }
    })
  }
}

/** So little that many snapshots are too large for memory. */
const STAGED_FROM_BYTES = 4096

/** The storage thread of a simulated run: the same protocol and the same buffer as the real one, over a disk in memory. */
export class SimulatedStorage {
  readonly #simulation: Simulation
  readonly #disk: SimulatedDisk
  readonly #tell: (message: StorageToControl) => void
  readonly #buffer = new ChunkBuffer(
    {
      write: (checkpoint, chunks) => {
        this.#demandRoom()
        return this.#disk.stage(checkpoint, chunks)
      },
      drop: (checkpoint) => this.#disk.dropStaged(checkpoint),
    },
    { bytesMax: CHECKPOINT_BUFFERED_BYTES_MAX, stagedFromBytes: STAGED_FROM_BYTES },
  )
  #closed = false
  /** Of the current attempt. */
  #working = new MemoryStores()
  #attempt = 0
  /** So many writes from now on find the disk full. */
  #failing = 0
  /** What the next write takes longer, in ms. */
  #slowMs = 0
  /** What could not be committed in this attempt: it has not finished. */
  #tableFailure: Error | null = null
  /** Commits of tables that are on their way, in order. */
  #tableWork: { readonly attempt: number; readonly run: () => void }[] = []

  constructor(simulation: Simulation, disk: SimulatedDisk, tell: (message: StorageToControl) => void) {
    this.#simulation = simulation
    this.#disk = disk
    this.#tell = tell
  }

  open(): void {
    const { manifests: checkpoints, damaged } = this.#disk
    const firstId = this.#disk.reserve()
    const lineage = this.#disk.begin(firstId)
    this.#tell({ type: 'opened', dir: '(memory)', firstId, lineage, checkpoints, damaged, from: null, tookMs: 0 })
  }

  fail(times: number): void {
    this.#failing += times
  }

  slow(ms: number): void {
    this.#slowMs += ms
  }

  obey(message: ControlToStorage): void {
    switch (message.type) {
      case 'attempt':
        this.#startAttempt(message.attempt)
        return this.#buffer.startAttempt(message.attempt)
      case 'commit':
        // A commit takes its time; what comes meanwhile is served before it ends.
        return this.#later(`storage commits ${what(message)}`, () => this.#commit(message))
      case 'abort':
        this.#disk.retire(message.checkpoint)
        return this.#buffer.end(message.checkpoint)
      case 'finish':
        this.#doTableWork()
        return this.#later(`storage finishes ${message.checkpoint}`, () => this.#finish(message.checkpoint))
      case 'close':
        this.#doTableWork()
        this.#closed = true
        return this.#tell({ type: 'closed' })
      default:
        return
    }
  }

  receive(message: StoreMessage): void {
    if (this.#closed) return
    this.#startAttempt(message.attempt)
    // What an earlier attempt has to say is dropped anyway.
    const working = message.attempt === this.#attempt ? this.#working : new MemoryStores()
    const answer = this.#buffer.receive({
      ...message,
      chunks: [...expandSnapshot(message.checkpoint, message.chunks, (table) => working.table(table))],
    })
    if (answer !== null) this.#tell(answer)
  }

  write(attempt: number, table: number, rows: Uint8Array): void {
    this.#startAttempt(attempt)
    if (attempt === this.#attempt) this.#working.table(table).write(rows)
  }

  answer(attempt: number, table: number, keys: Uint8Array): Uint8Array | null {
    this.#startAttempt(attempt)
    return attempt === this.#attempt ? this.#working.table(table).answer(keys) : null
  }

  /** A commit takes its time, and is lost with the process. What an older attempt sent comes before what a newer one does. */
  table(attempt: number, lineage: string, path: string): TableStore {
    return {
      begin: async (from) => {
        this.#doTableWork()
        this.#disk.tables.table(path).begin(lineage, from)
      },
      commit: (transaction, done) => {
        const run = (): void => {
          const failure = this.#commitTable(() =>
            this.#disk.tables.table(path).commit(lineage, transaction, this.#disk.manifests[0]?.id ?? 0),
          )
          queueMicrotask(() => done(failure))
        }
        this.#tableWork.push({ attempt, run })
        this.#simulation.after(this.#simulation.delayMs(), `storage commits table ${path}`, () => this.#doTableWork())
      },
    }
  }

  #doTableWork(): void {
    for (const { attempt, run } of this.#tableWork.splice(0)) if (attempt >= this.#attempt) run()
  }

  #commitTable(commit: () => void): Error | null {
    try {
      this.#demandRoom()
      commit()
      return null
    } catch (error) {
      this.#tableFailure ??= error as Error
      return error as Error
    }
  }

  #startAttempt(attempt: number): void {
    if (attempt <= this.#attempt) return
    this.#attempt = attempt
    this.#working = new MemoryStores()
    this.#tableFailure = null
  }

  #commit({ attempt, head, actors }: ControlToStorage & { type: 'commit' }): void {
    const newest = this.#disk.manifests.at(-1)?.id ?? 0
    if (head.id <= newest) this.#simulation.broke(`Checkpoint ${head.id} was to be committed after checkpoint ${newest}`)
    try {
      const snapshots = this.#buffer.take(head.id, attempt, actors)
      const { manifest, writes, bytes } = layOut(head, snapshots, this.#disk.manifests, this.#disk.staged(head.id))
      this.#demandRoom()
      // Until it is synced nothing of a transaction counts; once it is, it does, whether somebody lives to be told or not.
      this.#later(`storage syncs ${what({ head, actors })}`, () => {
        this.#disk.write(manifest, writes)
        if (attempt === this.#attempt) this.#working.completed(head.id)
        this.#tell({ type: 'committed', attempt, manifest, bytes, tookMs: 0 })
      })
    } catch (error) {
      this.#disk.dropStaged(head.id)
      this.#tell({ type: 'commit-failed', attempt, checkpoint: head.id, failure: describeError(error, { kind: 'storage', attempt }) })
    }
  }

  #finish(checkpoint: number): void {
    try {
      if (this.#tableFailure !== null) throw this.#tableFailure
      this.#demandRoom()
      this.#disk.finish(checkpoint)
      this.#tell({ type: 'finished', checkpoint })
    } catch (error) {
      this.#tell({ type: 'finish-failed', checkpoint, failure: describeError(error, { kind: 'storage' }) })
    }
  }

  #demandRoom(): void {
    if (this.#failing === 0) return
    this.#failing--
    throw new MillraceError('MR_CHECKPOINT_FAILED', 'The simulated disk is full')
  }

  #later(label: string, run: () => void): void {
    const slowMs = this.#slowMs
    this.#slowMs = 0
    this.#simulation.after(this.#simulation.delayMs() + slowMs, label, run)
  }
}

/** For the schedule: the last checkpoint is a moment of its own. */
function what({ head, actors }: Pick<ControlToStorage & { type: 'commit' }, 'head' | 'actors'>): string {
  return actors.every(({ finished }) => finished) ? `${head.id}, the last` : `${head.id}`
}
