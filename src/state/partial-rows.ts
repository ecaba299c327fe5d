import type { Key } from '../core/key-hash.ts'
import { PARTIAL_CHUNKS_MAX } from '../limits.ts'
import type { AccumulatorLayout } from './accumulator-layout.ts'
import type { KeyColumn, ValueColumn } from './accumulator-loops.ts'
import type { AccumulatorTable } from './accumulator-table.ts'
import { KeyLog } from './key-log.ts'
import type { NewestRows } from './row-images.ts'
import { firstRows, restoreRows, snapshotRows } from './row-chunks.ts'

type Values = Float64Array | readonly unknown[]

interface PartialChunk {
  readonly keys: KeyColumn
  readonly columns: readonly Values[]
  readonly rows: number
}

/**
 * Rows of partial accumulators, kept as they came until somebody wants them merged: nothing is looked up before. Several rows may be of one key. Where many pieces
 * gather, they are merged into one.
 */
export class PartialRows {
  #chunks: PartialChunk[] = []

  /** Keeps a copy of rows `from` to `to` - 1. @param scratch an empty table of the same aggregates, which is empty again afterwards */
  append(keys: KeyColumn, columns: readonly ValueColumn[], from: number, to: number, scratch: AccumulatorTable<unknown>): void {
    this.#chunks.push({ keys: slice(keys, from, to), columns: columns.map((column) => slice(column as Values, from, to)), rows: to - from })
    if (this.#chunks.length >= PARTIAL_CHUNKS_MAX) this.compact(scratch)
  }

  get rows(): number {
    return this.#chunks.reduce((sum, { rows }) => sum + rows, 0)
  }

  mergeInto(table: AccumulatorTable<unknown>): void {
    for (const { keys, columns, rows } of this.#chunks) table.mergeColumns(keys, columns, 0, rows)
  }

  /** Merges the rows of each key. @param scratch as for `append` */
  compact(scratch: AccumulatorTable<unknown>): void {
    if (this.#chunks.length < 2) return
    this.mergeInto(scratch)
    const { keys, store } = scratch
    const { size: rows } = keys
    this.#chunks = [
      { keys: keys.ints?.slice(0, rows) ?? keyList(scratch), columns: store.data.map((column) => column.slice(0, rows)), rows },
    ]
    scratch.clear()
  }

  /** Calls `fn` with every piece. */
  forEach(fn: (keys: KeyColumn, columns: readonly Values[], rows: number) => void): void {
    for (const { keys, columns, rows } of this.#chunks) fn(keys, columns, rows)
  }
}

function slice<A extends KeyColumn | Values>(values: A, from: number, to: number): A {
  return values.slice(from, to) as A
}

function keyList({ keys }: AccumulatorTable<unknown>): Key[] {
  return Array.from({ length: keys.size }, (_, slot) => keys.keyAt(slot))
}

/**
 * One chunk per key group that has rows, of all panes together.
 * @throws MR_RECORD_NOT_SERIALIZABLE when a custom accumulator cannot be packed
 */
export function snapshotPartials(
  panes: ReadonlyMap<number, PartialRows>,
  layout: AccumulatorLayout,
  groups: number,
): Map<number, Uint8Array> {
  let size = 0
  for (const partials of panes.values()) size += partials.rows
  const paneOf = new Float64Array(size)
  const all = layout.columns.map(({ op }) => (op === 'custom' ? [] : new Float64Array(size)))
  const log = new KeyLog()
  for (const [pane, partials] of panes) {
    partials.forEach((keys, columns, rows) => {
      const at = log.size
      paneOf.fill(pane, at, at + rows)
      for (let row = 0; row < rows; row++) log.slotOf(keys[row]!)
      for (let c = 0; c < columns.length; c++) copyValues(all[c]!, columns[c]!, at, rows)
    })
  }
  return snapshotRows({ keys: log, live: firstRows(size), numbers: [paneOf], columns: all }, layout, groups)
}

function copyValues(to: Float64Array | unknown[], values: Values, at: number, rows: number): void {
  if (to instanceof Float64Array && values instanceof Float64Array) to.set(rows === values.length ? values : values.subarray(0, rows), at)
  else for (let row = 0; row < rows; row++) to[at + row] = values[row] as number
}

/**
 * Calls `append` with the rows of a chunk, those of one pane in a call or a few.
 * @throws MR_STATE_CORRUPT for damaged bytes, MR_STATE_INCOMPATIBLE for a chunk of other aggregates or another version
 */
export function restorePartials(
  { rows: bytes, newer }: NewestRows,
  layout: AccumulatorLayout,
  append: (pane: number, keys: KeyColumn, columns: readonly ValueColumn[], from: number, to: number) => void,
): void {
  const { rows, keys, numbers, columns } = restoreRows(bytes, 1, layout, newer)
  const panes = numbers[0]!
  for (let from = 0, to = 0; from < rows; from = to) {
    while (to < rows && panes[to] === panes[from]) to++
    append(panes[from]!, keys, columns, from, to)
  }
}
