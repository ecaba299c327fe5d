import type { ColumnBatch, OperatorContext, StateChunk } from '../src/actor/contract.ts'
import { CachedValues, restorePaced } from '../src/actor/cached-kit.ts'
import { ValueTable } from '../src/actor/keyed-kit.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import { type RecordKey, recordKey } from './record-key.ts'

/** What operators have in common that keep one value per key: in memory, or elsewhere, as they are told. */
export class KeyedValuesActor<V> {
  protected readonly context: OperatorContext
  protected readonly keyOf: (record: unknown) => Key
  protected readonly values: ValueTable<V> | CachedValues<V>
  /** Absent where all values are in memory. */
  readonly prepare?: (batch: ColumnBatch) => boolean
  readonly afterBatch?: () => void
  readonly #cached: CachedValues<V> | null

  constructor(key: RecordKey, context: OperatorContext) {
    const { backend, keyGroups, wake } = context
    this.context = context
    this.keyOf = recordKey(key, context)
    this.#cached = null
    if (backend.type === 'lmdb') {
      const cached = new CachedValues<V>(context.workingStore(), { keyGroups, cacheBytes: backend.cacheBytes, wake })
      this.#cached = cached
      this.prepare = (batch) => cached.cache.needAll(batch.records(), this.keyOf)
      this.afterBatch = () => cached.batchDone()
    }
    this.values = this.#cached ?? new ValueTable<V>()
  }

  get fetches(): boolean {
    return this.#cached !== null && this.#cached.cache.waits
  }

  snapshotInSteps(checkpointId: number): Iterable<StateChunk | null> {
    const { keyGroups, batchRecords } = this.context
    if (this.values instanceof ValueTable) return this.values.deltas(keyGroups, checkpointId, batchRecords)
    return [{ scope: 'working', id: this.values.table, value: this.values.handOver() }]
  }

  onCheckpointComplete(checkpointId: number): void {
    if (this.values instanceof ValueTable) this.values.completed(checkpointId)
  }

  onCheckpointFailed(checkpointId: number): void {
    if (this.values instanceof ValueTable) this.values.endDeltas(checkpointId)
  }

  restore(chunks: readonly StateChunk[]): Promise<void> {
    if (this.values instanceof ValueTable) this.values.expect(chunks.map(({ value }) => value as Uint8Array))
    return restorePaced(chunks, ({ value }) => this.values.restore(value as Uint8Array), this.#cached?.cache ?? null)
  }
}
