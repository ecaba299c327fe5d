import { type AccumulatorLayout, layoutOf } from './accumulator-layout.ts'
import type { AggregateSpecs } from './aggregates.ts'
import { AccumulatorStore } from './accumulator-store.ts'
import type { Key } from '../core/key-hash.ts'

/** Accumulators of some aggregates for one group, in the order of the layout's columns. */
export type AccumulatorRow = unknown[]

/** Aggregates of one group at a time, each a small array: for groups that come and go one by one. Many that live together belong into an AccumulatorTable. */
export class RowAggregator {
  readonly layout: AccumulatorLayout
  readonly #values: number[]
  readonly #refusing: AccumulatorStore

  /** @throws MillraceError MR_OPTION_INVALID for aggregates that are none */
  constructor(specs: AggregateSpecs) {
    this.layout = layoutOf(specs)
    this.#values = this.layout.fields.map(() => 0)
    this.#refusing = new AccumulatorStore(this.layout)
  }

  create(): AccumulatorRow {
    return this.layout.columns.map(({ custom, initial }) => (custom ? custom.create() : initial))
  }

  /**
   * Adds a record in place. Fields are checked before anything changes.
   * @throws MillraceError MR_AGGREGATE_INVALID for a field that is no number
   */
  add(row: AccumulatorRow, record: unknown, key: Key): void {
    const { fields, columns } = this.layout
    const values = this.#values
    for (let f = 0; f < fields.length; f++) {
      const value = (record as Record<string, unknown>)[fields[f]!]
      if (typeof value !== 'number') this.#refusing.refuse(f, key, value)
      values[f] = value as number
    }
    for (let c = 0; c < columns.length; c++) {
      const { op, field, custom } = columns[c]!
      if (custom !== undefined) row[c] = custom.add(row[c], record as never)
      else row[c] = combined(op, row[c] as number, op === 'count' ? 1 : values[field]!)
    }
  }

  /** Adds the accumulators of `other` to `row`, in place. */
  merge(row: AccumulatorRow, other: AccumulatorRow): void {
    const { columns } = this.layout
    for (let c = 0; c < columns.length; c++) {
      const { op, custom } = columns[c]!
      row[c] = custom ? custom.merge(row[c], other[c]) : combined(op, row[c] as number, other[c] as number)
    }
  }

  /** A row that stays as it is when the original is changed. */
  copy(row: AccumulatorRow): AccumulatorRow {
    const { columns } = this.layout
    return row.map((value, c) => (columns[c]!.custom === undefined ? value : structuredClone(value)))
  }

  /** Writes the results into an object, by their names. */
  writeResults(row: AccumulatorRow, into: Record<string, unknown>): void {
    for (const { name, column, divisor } of this.layout.outputs) {
      const { custom } = this.layout.columns[column]!
      if (custom !== undefined) into[name] = custom.result(row[column])
      else into[name] = divisor < 0 ? row[column] : (row[column] as number) / (row[divisor] as number)
    }
  }
}

function combined(op: string, a: number, b: number): number {
  if (op === 'min') return Math.min(a, b)
  return op === 'max' ? Math.max(a, b) : a + b
}
