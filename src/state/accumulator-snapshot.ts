import { MillraceError } from '../errors.ts'
import { CLEAN, DIRTY, EMPTY } from './accumulator-store.ts'
import type { AccumulatorStore } from './accumulator-store.ts'
import { numbersAt, packedAt } from './chunk-columns.ts'
import { chunkKeysOf, slotsOfChunk } from './key-groups.ts'
import type { KeySlots } from './key-slots.ts'
import { decodeChunk, encodeChunk, requireSignature } from './state-chunk.ts'
import type { DecodedChunk } from './state-chunk.ts'
import { unpackValues } from './value-packer.ts'
import type { ValuePacker } from './value-packer.ts'

const KIND = 'aggregates'

/** How a chunk marks a row that is no more. */
const GONE = 2

/** Where the chunk of some slots belongs. */
export interface AccumulatorPlace {
  readonly groups: number
  readonly group: number
}

/**
 * The chunk of some slots, which are all of one key group. Empty ones are rows that are no more.
 * @throws MR_RECORD_NOT_SERIALIZABLE when a custom accumulator cannot be packed
 */
export const encodeAccumulators = (
  { groups, group }: AccumulatorPlace,
  store: Pick<AccumulatorStore, 'flags' | 'data' | 'layout'>,
  keys: Pick<KeySlots, 'keyAt'>,
  slots: Int32Array,
  packer: ValuePacker,
): Uint8Array => {
  const { keys: chunkKeys, rows } = chunkKeysOf(keys, slots)
  const columns = new Map<string, Float64Array | Uint8Array>()
  store.layout.columns.forEach(({ name }, c) => {
    const data = store.data[c]
    if (data instanceof Float64Array) columns.set(name, numbersAt(data, rows))
    else columns.set(name, packedAt(name, data!, rows, packer))
  })
  const dirty = new Uint8Array(rows.length)
  for (let i = 0; i < rows.length; i++) dirty[i] = store.flags[rows[i]] === EMPTY ? GONE : store.flags[rows[i]] & DIRTY
  return encodeChunk({ kind: KIND, signature: store.layout.signature, groups, group, rows: rows.length, ...chunkKeys, dirty, columns })
}

const restoreColumn = (store: AccumulatorStore, c: number, slots: Int32Array, chunk: DecodedChunk, packer: ValuePacker): void => {
  const { name } = store.layout.columns[c]
  const data = store.data[c]
  const stored = chunk.columns.get(name)
  if (data instanceof Float64Array && !(stored instanceof Float64Array))
    throw new MillraceError('MR_STATE_CORRUPT', `a chunk of state is damaged: it lacks the column "${name}"`)
  const values = data instanceof Float64Array ? (stored as Float64Array) : unpackValues(packer, stored, slots.length)
  for (let i = 0; i < slots.length; i++) data[slots[i]] = values[i] as number
}

/** Adds the rows of a chunk; each takes the place of what the table has of its key. */
export const restoreAccumulators = (store: AccumulatorStore, keys: KeySlots, bytes: Uint8Array, packer: ValuePacker): void => {
  const chunk = decodeChunk(bytes)
  requireSignature(chunk, KIND, store.layout.signature)
  const slots = slotsOfChunk(keys, chunk)
  if (keys.size > store.flags.length) store.grow(keys.size)
  for (let c = 0; c < store.data.length; c++) restoreColumn(store, c, slots, chunk, packer)
  // Loops rely on it that an empty slot has initial numbers.
  for (let i = 0; i < slots.length; i++) {
    if (chunk.dirty[i] !== GONE) continue
    for (const [c, { initial }] of store.layout.columns.entries()) store.data[c][slots[i]] = initial
  }
  store.replaceFlags(
    slots,
    chunk.dirty.map((mark) => (mark === GONE ? EMPTY : mark === 0 ? CLEAN : DIRTY)),
  )
}
