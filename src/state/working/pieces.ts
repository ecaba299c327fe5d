import type { Key } from '../../core/key-hash.ts'
import type { NewerKeys } from '../newer-keys.ts'
import { AccumulatorRows, type RowLayout, restoreRows, snapshotRows } from '../row-chunks.ts'
import { ValueTable } from '../value-table.ts'

/** A row may be several pieces (panes, sessions): each some numbers that say what it is, and accumulators behind them. Chunks are those of row-chunks.ts. */
export interface PieceFormat {
  /** How many numbers. */
  readonly numbers: number
  readonly layout: RowLayout
}

/** The numbers, then the accumulators. */
export type Piece = readonly unknown[]

/** The chunk of a key group. */
export function encodePieces(
  { groups, group }: { readonly groups: number; readonly group: number },
  keys: readonly Key[],
  rows: readonly unknown[],
  { numbers, layout }: PieceFormat,
): Uint8Array {
  const all = new AccumulatorRows(numbers, layout.columns.length)
  keys.forEach((key, row) => {
    for (const piece of rows[row] as readonly Piece[]) {
      all.push(key)
      all.numbers.forEach((values, i) => values.push(piece[i] as number))
      all.columns.forEach((values, c) => values.push(piece[numbers + c]))
    }
  })
  return snapshotRows(all, layout, groups).get(group)!
}

/**
 * Calls `each` for the keys of a chunk.
 * @param newer keys whose rows are left out
 * @throws MillraceError MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE
 */
export function decodePieces(
  bytes: Uint8Array,
  { numbers, layout }: PieceFormat,
  newer: NewerKeys | null,
  each: (key: Key, row: readonly Piece[]) => void,
): void {
  const stored = restoreRows(bytes, numbers, layout, newer)
  const table = new ValueTable<Piece[]>()
  stored.keys.forEach((key, i) => {
    const slot = table.slotOf(key)
    if (!table.has(slot)) table.set(slot, [])
    table.get(slot)!.push([...stored.numbers.map((values) => values[i]), ...stored.columns.map((values) => values[i])])
  })
  table.forEach(each)
}

/** The format as data: layouts have functions. */
export function plainFormat({ numbers, layout: { columns, signature } }: PieceFormat): PieceFormat {
  return { numbers, layout: { columns: columns.map(({ name, op }) => ({ name, op })), signature } }
}
