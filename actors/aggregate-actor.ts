import type { ColumnBatch, OperatorActor, OperatorContext, StateChunk } from '../src/actor/contract.ts'
import type { AggregateSpecs } from '../src/actor/operator-kit.ts'
import { AccumulatorTable, type KeySlots, type SavedRow } from '../src/actor/table-kit.ts'
import { hasCustom } from './careful-aggregates.ts'
import { keySelector } from './key-selector.ts'
import { type RowEmitter, rowEmitter } from './row-emitter.ts'
import { TableLog } from './table-log.ts'

export interface AggregateSpec {
  readonly key: string | ((record: unknown) => never) | null
  readonly specs: AggregateSpecs
  /** 'changelog': changes with their kinds. */
  readonly emit: 'every' | 'changes' | 'final' | 'changelog'
  /** For a table of a table, whose rows can vanish: those of its sums that are averages. */
  readonly averages?: readonly string[]
  /** True when the input holds partial accumulators of combiners, false when it holds records. */
  readonly merges: boolean
}

/** Rows that onEnd emits in one go. */
export const END_ROWS_MAX = 1024

/** Aggregates by key: merges what combiners send, or adds record by record where every step is wanted. */
export class AggregateActor implements OperatorActor {
  readonly #context: OperatorContext
  protected readonly spec: AggregateSpec
  protected readonly table: AccumulatorTable<unknown>
  readonly #columnFields: readonly string[] | null
  /** Under a policy for bad records, where user code changes accumulators: rows as they were. */
  readonly #undoes: boolean
  #before: { readonly slot: number; readonly row: SavedRow } | null = null
  /** For changes with kinds, and for tables whose rows can vanish. */
  protected readonly log: TableLog | null
  #emitRows: RowEmitter | null = null
  /** Next slot to emit at the end. */
  #endSlot = 0

  /** @param keys of the table; default: keys of its own, which are never forgotten */
  constructor(spec: AggregateSpec, context: OperatorContext, keys?: KeySlots) {
    this.#context = context
    this.spec = spec
    this.table = new AccumulatorTable({
      name: `${context.jobName}/${context.operator}`,
      specs: spec.specs,
      key: keySelector(spec.key),
      mode: context.generateCode ? 'generated' : 'interpreted',
      ...(keys && { keys }),
    })
    this.#undoes = context.undoes && hasCustom(spec.specs)
    const { averages = null, emit } = spec
    const tells = emit === 'changelog' ? 'kinds' : emit === 'changes' ? 'rows' : 'nothing'
    this.log =
      averages === null && tells !== 'kinds' ? null : new TableLog(this.table, averages, tells, (record) => context.emit(record, NaN))
    this.#columnFields = spec.merges ? this.table.layout.columns.map(({ name }) => name) : null
  }

  get holdsBack(): boolean {
    return this.tellsChanges && this.table.dirtyCount > 0
  }

  protected get tellsChanges(): boolean {
    return this.spec.emit === 'changes' || this.spec.emit === 'changelog'
  }

  process(record: unknown, timestamp: number): void {
    const slot = this.#undoes ? this.#addUndoably(record) : this.table.addRecord(record)
    if (this.spec.emit === 'every') this.#context.emit(this.table.resultAt(slot), timestamp)
  }

  undo(): void {
    if (this.#before !== null) this.table.putBack(this.#before.slot, this.#before.row)
    this.#before = null
  }

  processBatch(batch: ColumnBatch): boolean {
    if (this.#columnFields === null) return this.spec.emit === 'every' && this.#processColumns(batch)
    const keys = this.spec.key === null ? new Int32Array(batch.length) : (batch.numbers('key') ?? batch.values('key'))
    const columns = this.#columnFields.map((name) => batch.numbers(name) ?? batch.values(name))
    this.table.mergeColumns(keys as never, columns as never, 0, batch.length)
    return true
  }

  flush(): void {
    if (this.log !== null) this.log.drain()
    else if (this.spec.emit === 'changes') this.table.drainDirty((slot) => this.#context.emit(this.table.resultAt(slot), NaN))
  }

  onEnd(): 'done' | 'more' {
    if (this.spec.emit !== 'final') return 'done'
    const { keys, store } = this.table
    const until = Math.min(keys.size, this.#endSlot + END_ROWS_MAX)
    for (; this.#endSlot < until; this.#endSlot++) {
      if (store.flags[this.#endSlot] !== 0) this.emitAtEnd(this.#endSlot)
    }
    if (this.#endSlot < keys.size) return 'more'
    // What was emitted is gone from the state: a restart after the end must not emit it again.
    this.table.clear()
    this.#endSlot = 0
    return 'done'
  }

  snapshotInSteps(checkpointId: number): Iterable<StateChunk | null> {
    const { keyGroups, batchRecords } = this.#context
    return this.table.deltas(keyGroups, checkpointId, batchRecords)
  }

  onCheckpointComplete(checkpointId: number): void {
    this.table.completed(checkpointId)
  }

  onCheckpointFailed(checkpointId: number): void {
    this.table.endDeltas(checkpointId)
  }

  restore(chunks: readonly StateChunk[]): void | Promise<void> {
    for (const { value } of chunks) this.table.restore(value as Uint8Array)
    this.log?.restored()
  }

  #addUndoably(record: unknown): number {
    this.#before = null
    const slot = this.table.slotOfRecord(record)
    this.#before = { slot, row: this.table.copyRow(slot) }
    this.table.add(slot, record)
    return slot
  }

  protected emitAtEnd(slot: number): void {
    this.#context.emit(this.log === null ? this.table.resultAt(slot) : this.log.rowAt(slot), NaN)
  }

  /** Every step from columns: the fields that the aggregates read, and no record is made. */
  #processColumns(batch: ColumnBatch): boolean {
    const { key } = this.spec
    if (typeof key !== 'string' || !this.table.addsColumns) return false
    const keys = batch.numbers(key)
    if (keys === null) return false
    const fields = this.table.layout.fields.map((field) => batch.numbers(field))
    if (fields.some((field) => field === null)) return false
    const results = this.table.runColumns(keys, fields as Float64Array[], 0, batch.length)
    this.#emitRows ??= rowEmitter(
      this.#context,
      results.map(({ name }) => name),
    )
    this.#emitRows(
      keys,
      results.map(({ values }) => values),
      batch.timestamps,
    )
    return true
  }
}
