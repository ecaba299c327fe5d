import type { Key } from '../core/key-hash.ts'
import { MillraceError } from '../errors.ts'
import type { AccumulatorColumn } from './accumulator-layout.ts'
import { chunkKeysOf, forEachGroup, slotsOfChunk } from './key-groups.ts'
import { KeyLog } from './key-log.ts'
import { decodeChunk, encodeChunk, requireSignature } from './state-chunk.ts'
import { msgpackrPacker, packValues, unpackValues } from './value-packer.ts'

const KIND = 'rows'

/** What of a layout the chunks need. */
export interface RowLayout {
  readonly columns: readonly Pick<AccumulatorColumn, 'name' | 'op'>[]
  readonly signature: string
}

/** Rows of accumulators, several of which may be of one key, and a few numbers beside them. */
export class AccumulatorRows {
  readonly keys = new KeyLog()
  /** One array per number beside the accumulators. */
  readonly numbers: readonly number[][]
  /** One array per column of the layout. */
  readonly columns: readonly unknown[][]

  constructor(numbers: number, columns: number) {
    this.numbers = Array.from({ length: numbers }, () => [])
    this.columns = Array.from({ length: columns }, () => [])
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
export function snapshotRows(all: AccumulatorRows, { columns, signature }: RowLayout, groups: number): Map<number, Uint8Array> {
  const chunks = new Map<number, Uint8Array>()
  const live = Int32Array.from({ length: all.keys.size }, (_, row) => row)
  forEachGroup(all.keys, live, groups, (group, slots) => {
    const { keys, rows } = chunkKeysOf(all.keys, slots)
    const stored = new Map<string, Float64Array | Uint8Array>()
    all.numbers.forEach((values, i) =>
      stored.set(
        numberName(i),
        Float64Array.from(rows, (row) => values[row]!),
      ),
    )
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

/**
 * The rows of a chunk.
 * @throws MR_STATE_CORRUPT for damaged bytes, MR_STATE_INCOMPATIBLE for a chunk of other aggregates or another version
 */
export function restoreRows(bytes: Uint8Array, numbers: number, { columns, signature }: RowLayout): StoredRows {
  const chunk = decodeChunk(bytes)
  requireSignature(chunk, KIND, signature)
  const { rows } = chunk
  const log = new KeyLog()
  const numbersOf = (name: string): Float64Array => {
    const stored = chunk.columns.get(name)
    if (stored instanceof Float64Array) return stored
    throw new MillraceError('MR_STATE_CORRUPT', `a chunk of state is damaged: it lacks the column "${name}"`)
  }
  return {
    rows,
    keys: Array.from(slotsOfChunk(log, chunk), (slot) => log.keyAt(slot)),
    numbers: Array.from({ length: numbers }, (_, i) => numbersOf(numberName(i))),
    columns: columns.map(({ name, op }) =>
      op === 'custom' ? unpackValues(msgpackrPacker, chunk.columns.get(name), rows) : numbersOf(name),
    ),
  }
}
