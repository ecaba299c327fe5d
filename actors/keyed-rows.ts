import type { ColumnBatch, OperatorContext, StateChunk } from '../src/actor/contract.ts'
import { forEachRow, newestRowsOf } from './stored-rows.ts'
import { type KeyCache, restorePaced } from '../src/actor/cached-kit.ts'
import { ValueTable } from '../src/actor/keyed-kit.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import { type AllRows, CachedRows, type NewestRows, type PieceFormat, RowImages, type RowsByKey } from '../src/actor/rows-kit.ts'

/** What operators have in common that keep a row of state by key and wait for times with it: all rows in memory, or elsewhere those that do not fit. */
export abstract class KeyedRowsActor {
  protected readonly context: OperatorContext
  /** Absent where all rows are in memory. */
  prepare?: (batch: ColumnBatch) => boolean
  afterBatch?: () => void
  /** Says that the row of a key changes, before it does. Absent where nobody has to know. */
  protected changed?: (key: Key) => void
  /** Says that the row of a key is gone. Absent as well. */
  protected gone?: (key: Key) => void
  #rows: AllRows | null = null
  #cached: CachedRows | null = null
  /** Null where not all rows are in memory, and for pieces. */
  #images: RowImages | null = null

  constructor(context: OperatorContext) {
    this.context = context
  }

  /**
   * Called once, before anything else.
   * @param keyOf the key of a record of the input at hand
   * @param isEverywhere every instance has all rows
   */
  protected keepRows(rows: AllRows, keyOf: (record: unknown) => Key, isEverywhere = false): void {
    this.#rows = rows
    this.#keepElsewhere(rows, null, (batch, cache) => cache.needAll(batch.records(), keyOf))
    if (this.#cached !== null || isEverywhere) return
    const images = new RowImages(rows)
    this.#images = images
    this.afterBatch = () => images.batchDone()
    this.changed = (key) => images.changing(key)
    this.gone = (key) => images.gone(key)
  }

  /** In place of `keepRows`, for input that has its key in the column `key`: rows are pieces, in memory they are saved by the operator itself. */
  protected keepPieces(rows: RowsByKey, pieces: PieceFormat): void {
    this.#keepElsewhere(rows, pieces, (batch, cache) => cache.needAll(batch.values('key'), (key) => key as Key))
  }

  #keepElsewhere(rows: RowsByKey, pieces: PieceFormat | null, prepare: (batch: ColumnBatch, cache: KeyCache) => boolean): void {
    const { backend, keyGroups, wake } = this.context
    if (backend.type === 'memory') return
    const cached = new CachedRows(rows, pieces, this.context.workingStore(), { keyGroups, cacheBytes: backend.cacheBytes, wake })
    this.#cached = cached
    this.prepare = (batch) => prepare(batch, cached.cache)
    this.afterBatch = () => cached.batchDone()
    this.changed = (key) => cached.changed(key)
  }

  get fetches(): boolean {
    return this.#cached !== null && this.#cached.cache.waits
  }

  /** True while rows are on their way, and nothing must be asked of those that are in memory. */
  protected get isFetching(): boolean {
    return this.#cached !== null && this.#cached.cache.isAsking
  }

  /** Event time at which a key is due that is not in memory; Infinity for none. What is due later in memory has to wait for it. */
  protected get dueElsewhereMs(): number {
    return this.#cached?.event.firstMs ?? Infinity
  }

  /** The same by the clock. */
  protected get clockDueElsewhereMs(): number {
    return this.#cached?.processing.firstMs ?? Infinity
  }

  /** Fetches some of the keys that are due by a watermark and not in memory. False when there are none. */
  protected fetchDue(watermark: number): boolean {
    return this.#cached !== null && this.#cached.fetchDue(this.#cached.event, watermark)
  }

  /** The same by the clock. */
  protected fetchClockDue(nowMs: number): boolean {
    return this.#cached !== null && this.#cached.fetchDue(this.#cached.processing, nowMs)
  }

  onCheckpointComplete(checkpointId: number): void {
    this.#images?.completed(checkpointId)
  }

  onCheckpointFailed(checkpointId: number): void {
    this.#images?.endDeltas(checkpointId)
  }

  /** @param checkpointId as snapshots get it */
  protected saveRows(checkpointId: number): Iterable<StateChunk | null> {
    const { keyGroups, batchRecords: rowsPerStep } = this.context
    if (this.#cached !== null) return [{ scope: 'working', id: this.#cached.table, value: this.#cached.handOver() }]
    if (this.#images !== null) return this.#images.deltas({ checkpoint: checkpointId, keyGroups, rowsPerStep })
    return [...this.saveInMemory(keyGroups)].map(([id, value]) => ({ scope: 'group', id, value }))
  }

  /** The same, and how far the instance is in event time: see `restoredWatermark`. */
  protected saveRowsAt(watermark: number, checkpointId: number): Iterable<StateChunk | null> {
    return withLast(this.saveRows(checkpointId), { scope: 'all', id: this.context.index, value: watermark })
  }

  /** The chunks of all rows, by key group. */
  protected saveInMemory(keyGroups: number): Map<number, Uint8Array> {
    const rows = this.#rows!
    const table = new ValueTable<unknown>()
    rows.forEach((key) => table.set(table.slotOf(key), rows.save(key)))
    return table.snapshot(keyGroups)
  }

  /** Takes in the rows of chunks; those of other scopes are left out. */
  protected restoreRows(chunks: readonly StateChunk[]): Promise<void> {
    const cached = this.#cached
    if (cached !== null) return restorePaced(newestRowsOf(chunks), ({ rows, newer }) => cached.restore(rows, newer), cached.cache)
    return restorePaced(newestRowsOf(chunks), (rows) => this.restoreInMemory(rows), null)
  }

  protected restoreInMemory(rows: NewestRows): void {
    forEachRow(rows, (key, row) => {
      this.changed?.(key)
      this.#rows!.load(key, row, NaN)
    })
    this.#images?.batchDone()
  }
}

function* withLast(chunks: Iterable<StateChunk | null>, last: StateChunk): Generator<StateChunk | null> {
  yield* chunks
  yield last
}
