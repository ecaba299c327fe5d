import type { ColumnBatch, OperatorContext, StateChunk } from '../src/actor/contract.ts'
import { CachedAccumulators } from '../src/actor/accumulators-kit.ts'
import { restorePaced } from '../src/actor/cached-kit.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import { AggregateActor, type AggregateSpec, END_ROWS_MAX } from './aggregate-actor.ts'
import { recordKey } from './record-key.ts'

/** An aggregate whose rows can be elsewhere than in memory. It tells changes after every batch, since a row that leaves has to be told before. */
export class CachedAggregateActor extends AggregateActor {
  readonly #cached: CachedAccumulators
  readonly #keyOf: (record: unknown) => Key
  /** Rows that are to be emitted at the end, of those that are in memory. */
  #ending: number[] | null = null

  constructor(spec: AggregateSpec, context: OperatorContext, cacheBytes: number) {
    const { keyGroups, wake } = context
    const cached = new CachedAccumulators(context.workingStore(), { keyGroups, cacheBytes, wake })
    super(spec, context, cached.slots)
    this.#cached = cached
    this.#keyOf = recordKey(spec.merges ? 'key' : spec.key, context)
    cached.fill(this.table, this.log, spec.emit === 'final')
  }

  get fetches(): boolean {
    return this.#cached.cache.waits
  }

  prepare(batch: ColumnBatch): boolean {
    const { cache } = this.#cached
    const { merges, key } = this.spec
    if (merges || typeof key === 'string') return cache.needAll(batch.values(merges ? 'key' : (key as string)), (value) => value as Key)
    return cache.needAll(batch.records(), this.#keyOf)
  }

  override process(record: unknown, timestamp: number): void {
    this.#cached.slotOf(this.#keyOf(record))
    super.process(record, timestamp)
  }

  afterBatch(): void {
    this.#cached.noteChanges()
    this.flush()
    if (!this.tellsChanges) this.table.drainDirty(() => {})
    this.#cached.batchDone()
  }

  override onEnd(): 'done' | 'more' {
    if (this.spec.emit !== 'final') return 'done'
    const { store, keys } = this.table
    const slots = (this.#ending ??= Array.from({ length: keys.size }, (_, slot) => slot))
    for (let left = END_ROWS_MAX; left > 0 && slots.length > 0; left--) {
      const slot = slots.pop()!
      if (!this.#cached.has(slot)) continue
      this.emitAtEnd(slot)
      store.empty(slot)
      this.#cached.cache.changed(slot)
    }
    if (slots.length === 0) this.#ending = this.#cached.fetchElsewhere(END_ROWS_MAX)
    return this.#ending!.length > 0 ? 'more' : 'done'
  }

  override snapshotInSteps(): Iterable<StateChunk> {
    return [{ scope: 'working', id: this.#cached.table, value: this.#cached.handOver() }]
  }

  override onCheckpointComplete(): void {}

  override onCheckpointFailed(): void {}

  override restore(chunks: readonly StateChunk[]): Promise<void> {
    return restorePaced(chunks, ({ value }) => this.#cached.restore(value as Uint8Array), this.#cached.cache)
  }
}
