import type { Key } from '../core/key-hash.ts'

/** Numbers of one field, or accumulators of one column, by row. */
export type ValueColumn = ArrayLike<unknown>
/** Keys by row: all int32, or any. */
export type KeyColumn = Int32Array | readonly Key[] | Float64Array

/**
 * The hot loops of an accumulator table, generated or interpreted. A record that is refused leaves its accumulators as they were
 * (except where a custom `add` throws after it changed its accumulator); records before it in the batch stay added.
 */
export interface AccumulatorLoops<T> {
  add(slot: number, record: T): void
  /** Returns the slot. */
  addRecord(record: T): number
  addRecords(records: readonly T[], from: number, to: number): void
  /** Rows of an Int32Array of keys and one column per field of the layout. */
  addIntColumns(keys: Int32Array, fields: readonly ValueColumn[], from: number, to: number): void
  addKeyColumns(keys: KeyColumn, fields: readonly ValueColumn[], from: number, to: number): void
  /** As `addIntColumns`; writes the results after each row to one array per output, from index 0. */
  runIntColumns(keys: Int32Array, fields: readonly ValueColumn[], from: number, to: number, out: readonly Float64Array[]): void
  runKeyColumns(keys: KeyColumn, fields: readonly ValueColumn[], from: number, to: number, out: readonly Float64Array[]): void
  /** Rows of partial accumulators, one column per column of the layout. */
  mergeIntColumns(keys: Int32Array, accumulators: readonly ValueColumn[], from: number, to: number): void
  mergeKeyColumns(keys: KeyColumn, accumulators: readonly ValueColumn[], from: number, to: number): void
  resultAt(slot: number): Record<string, unknown>
}
