import type { Key } from '../core/key-hash.ts'
import { MillraceError } from '../errors.ts'
import type { AccumulatorColumn } from './accumulator-layout.ts'
import { numbersAt, packedAt } from './chunk-columns.ts'
import { LEFT_OUT, chunkKeysOf, forEachGroup, slotsOfChunk } from './key-groups.ts'
import type { NewerKeys } from './newer-keys.ts'
import { KeyLog } from './key-log.ts'
import type { KeySlots } from './key-slots.ts'
import { decodeChunk, encodeChunk, requireSignature } from './state-chunk.ts'
import { msgpackrPacker, unpackValues } from './value-packer.ts'

const KIND = 'rows'

/** What of a layout the chunks need. */
export interface RowLayout {
  readonly columns: readonly Pick<AccumulatorColumn, 'name' | 'op'>[]
  readonly signature: string
}

/** Rows of accumulators by their numbers, several of which may be of one key, and a few numbers beside them. */
export interface NumberedRows {
  readonly keys: Pick<KeySlots, 'keyAt'>
  /** Those that there are. */
  readonly live: Int32Array
  /** One array per number beside the accumulators. */
  readonly numbers: readonly ArrayLike<number>[]
  /** One array per column of the layout. */
  readonly columns: readonly ArrayLike<unknown>[]
}

/** The numbers 0 to `count` - 1. */
export const firstRows = (count: number): Int32Array => {
  const rows = new Int32Array(count)
  for (let row = 0; row < count; row++) rows[row] = row
  return rows
}

/** Rows that come one by one. */
export class AccumulatorRows implements NumberedRows {
  readonly keys = new KeyLog()
  readonly numbers: readonly number[][]
  readonly columns: readonly unknown[][]

  constructor(numbers: number, columns: number) {
    this.numbers = Array.from({ length: numbers }, () => [])
    this.columns = Array.from({ length: columns }, () => [])
  }

  get live(): Int32Array {
    return firstRows(this.keys.size)
  }

  /** Begins a row: its numbers and accumulators are to be pushed. */
  push(key: Key): void {
    this.keys.slotOf(key)
  }
}

/** Rows as a chunk gives them back. */
export interface StoredRows {
  readonly rows: number
  readonly keys: readonly Key[]
  readonly numbers: readonly Float64Array[]
  readonly columns: readonly (Float64Array | readonly unknown[])[]
}

/** No aggregate can have such a name: those of accumulators come from names of results. */
const numberName = (i: number): string => `+${i}`

/**
 * One chunk per key group that has rows.
 * @throws MR_RECORD_NOT_SERIALIZABLE when a custom accumulator cannot be packed
 */
export function snapshotRows(all: NumberedRows, layout: RowLayout, groups: number): Map<number, Uint8Array> {
  const chunks = new Map<number, Uint8Array>()
  forEachGroup(all.keys, all.live, groups, (group, slots) => chunks.set(group, encodeRows(all, layout, { groups, group }, slots)))
  return chunks
}

function encodeRows(
  all: NumberedRows,
  { columns, signature }: RowLayout,
  place: { readonly groups: number; readonly group: number },
  slots: Int32Array,
): Uint8Array {
  const { keys, rows } = chunkKeysOf(all.keys, slots)
  const stored = new Map<string, Float64Array | Uint8Array>()
  for (let i = 0; i < all.numbers.length; i++) stored.set(numberName(i), numbersAt(all.numbers[i]!, rows))
  for (let c = 0; c < columns.length; c++) {
    const { name, op } = columns[c]!
    if (op === 'custom') stored.set(name, packedAt(name, all.columns[c]!, rows, msgpackrPacker))
    else stored.set(name, numbersAt(all.columns[c] as ArrayLike<number>, rows))
  }
  return encodeChunk({ kind: KIND, signature, ...place, rows: rows.length, ...keys, dirty: new Uint8Array(rows.length), columns: stored })
}

/**
 * The rows of a chunk.
 * @param newer keys whose rows are left out
 * @throws MR_STATE_CORRUPT for damaged bytes, MR_STATE_INCOMPATIBLE for a chunk of other aggregates or another version
 */
export function restoreRows(
  bytes: Uint8Array,
  numbers: number,
  { columns, signature }: RowLayout,
  newer: NewerKeys | null = null,
): StoredRows {
  const chunk = decodeChunk(bytes)
  requireSignature(chunk, KIND, signature)
  const { rows } = chunk
  const log = new KeyLog()
  const numbersOf = (name: string): Float64Array => {
    const stored = chunk.columns.get(name)
    if (stored instanceof Float64Array) return stored
    throw new MillraceError('MR_STATE_CORRUPT', `a chunk of state is damaged: it lacks the column "${name}"`)
  }
  const slots = slotsOfChunk(log, chunk, newer)
  const isKept = (_: unknown, row: number): boolean => slots[row] !== LEFT_OUT
  const kept = slots.filter(isKept)
  const numbersIn = (name: string): Float64Array => (kept.length === rows ? numbersOf(name) : numbersOf(name).filter(isKept))
  return {
    rows: kept.length,
    keys: Array.from(kept, (slot) => log.keyAt(slot)),
    numbers: Array.from({ length: numbers }, (_, i) => numbersIn(numberName(i))),
    columns: columns.map(({ name, op }) =>
      op === 'custom' ? unpackValues(msgpackrPacker, chunk.columns.get(name), rows).filter(isKept) : numbersIn(name),
    ),
  }
}
