import type { ColumnBatch, OperatorContext, StateChunk } from '../src/actor/contract.ts'
import { restorePaced } from '../src/actor/cached-kit.ts'
import { ValueTable } from '../src/actor/keyed-kit.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import { CachedRows, type RowsByKey } from '../src/actor/rows-kit.ts'

/** What operators have in common that keep a row of state by key and wait for times with it: all rows in memory, or elsewhere those that do not fit. */
export abstract class KeyedRowsActor {
  protected readonly context: OperatorContext
  /** Absent where all rows are in memory. */
  prepare?: (batch: ColumnBatch) => boolean
  afterBatch?: () => void
  /** Says that the row of a key changes, before it does. Absent as well. */
  protected changed?: (key: Key) => void
  #rows: RowsByKey | null = null
  #cached: CachedRows | null = null

  constructor(context: OperatorContext) {
    this.context = context
  }

  /**
   * Called once, before anything else.
   * @param keyOf the key of a record of the input at hand
   */
  protected keepRows(rows: RowsByKey, keyOf: (record: unknown) => Key): void {
    const { backend, keyGroups, wake } = this.context
    this.#rows = rows
    if (backend.type === 'memory') return
    const cached = new CachedRows(rows, this.context.workingStore(), { keyGroups, cacheBytes: backend.cacheBytes, wake })
    this.#cached = cached
    this.prepare = (batch) => cached.cache.needAll(batch.records(), keyOf)
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

  protected saveRows(): StateChunk[] {
    if (this.#cached !== null) return [{ scope: 'working', id: this.#cached.table, value: this.#cached.handOver() }]
    const rows = this.#rows!
    const table = new ValueTable<unknown>()
    rows.forEach((key) => table.set(table.slotOf(key), rows.save(key)))
    return [...table.snapshot(this.context.keyGroups)].map(([id, value]) => ({ scope: 'group', id, value }))
  }

  /** Takes in the rows of chunks; those of other scopes are left out. */
  protected restoreRows(chunks: readonly StateChunk[]): Promise<void> {
    const cached = this.#cached
    const restore = ({ value }: StateChunk): void => {
      if (cached !== null) return cached.restore(value as Uint8Array)
      const table = new ValueTable<unknown>()
      table.restore(value as Uint8Array)
      table.forEach((key, row) => this.#rows!.load(key, row))
    }
    return restorePaced(
      chunks.filter(({ scope }) => scope === 'group'),
      restore,
      cached?.cache ?? null,
    )
  }
}
