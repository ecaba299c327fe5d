import type { Key } from '../core/key-hash.ts'
import { MillraceError } from '../errors.ts'
import { PARTIAL_CHUNKS_MAX } from '../limits.ts'
import type { AccumulatorLayout } from './accumulator-layout.ts'
import type { KeyColumn, ValueColumn } from './accumulator-loops.ts'
import type { AccumulatorTable } from './accumulator-table.ts'
import { chunkKeysOf, forEachGroup, slotsOfChunk } from './key-groups.ts'
import { KeyLog } from './key-log.ts'
import { decodeChunk, encodeChunk, requireSignature } from './state-chunk.ts'
import { msgpackrPacker, packValues, unpackValues } from './value-packer.ts'

const KIND = 'partials'
/** Name of the column that says which pane a row is of. No aggregate can have it: names of accumulators come from names of results. */
const PANE = '+pane'

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
  { columns, signature }: AccumulatorLayout,
  groups: number,
): Map<number, Uint8Array> {
  const all = gather(panes, columns.length)
  const chunks = new Map<number, Uint8Array>()
  const live = Int32Array.from({ length: all.keys.size }, (_, row) => row)
  forEachGroup(all.keys, live, groups, (group, slots) => {
    const { keys, rows } = chunkKeysOf(all.keys, slots)
    const stored = new Map<string, Float64Array | Uint8Array>([[PANE, Float64Array.from(rows, (row) => all.panes[row]!)]])
    columns.forEach(({ name, op }, c) => {
      const values = Array.from(rows, (row) => all.columns[c]![row])
      if (op !== 'custom') stored.set(name, Float64Array.from(values as number[]))
      else stored.set(name, packValues(msgpackrPacker, values, `an accumulator of the custom aggregate "${name}"`))
    })
    const dirty = new Uint8Array(rows.length)
    chunks.set(group, encodeChunk({ kind: KIND, signature, groups, group, rows: rows.length, ...keys, dirty, columns: stored }))
  })
  return chunks
}

function gather(panes: ReadonlyMap<number, PartialRows>, columnCount: number): { keys: KeyLog; panes: number[]; columns: unknown[][] } {
  const all = { keys: new KeyLog(), panes: [] as number[], columns: Array.from({ length: columnCount }, () => [] as unknown[]) }
  for (const [pane, partials] of panes) {
    partials.forEach((keys, columns, rows) => {
      for (let row = 0; row < rows; row++) {
        all.keys.slotOf(keys[row]!)
        all.panes.push(pane)
        columns.forEach((column, c) => all.columns[c]!.push(column[row]))
      }
    })
  }
  return all
}

/**
 * Calls `append` with each row of a chunk, as columns of one row.
 * @throws MR_STATE_CORRUPT for damaged bytes, MR_STATE_INCOMPATIBLE for a chunk of other aggregates or another version
 */
export function restorePartials(
  bytes: Uint8Array,
  { columns, signature }: AccumulatorLayout,
  append: (pane: number, keys: KeyColumn, columns: readonly ValueColumn[], from: number, to: number) => void,
): void {
  const chunk = decodeChunk(bytes)
  requireSignature(chunk, KIND, signature)
  const log = new KeyLog()
  const keys = Array.from(slotsOfChunk(log, chunk), (slot) => log.keyAt(slot))
  const values = columns.map(({ name, op }): Values => {
    const stored = chunk.columns.get(name)
    if (op === 'custom') return unpackValues(msgpackrPacker, stored, chunk.rows)
    if (stored instanceof Float64Array) return stored
    throw new MillraceError('MR_STATE_CORRUPT', `a chunk of state is damaged: it lacks the column "${name}"`)
  })
  const panes = chunk.columns.get(PANE) as Float64Array
  for (let from = 0, to = 0; from < chunk.rows; from = to) {
    while (to < chunk.rows && panes[to] === panes[from]) to++
    append(panes[from]!, keys, values, from, to)
  }
}
