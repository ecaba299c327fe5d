import { MillraceError } from '../errors.ts'
import { CLEAN, DIRTY, EMPTY } from './accumulator-store.ts'
import type { AccumulatorStore } from './accumulator-store.ts'
import { chunkKeysOf, forEachGroup, liveSlots, slotsOfChunk } from './key-groups.ts'
import type { KeySlots } from './key-slots.ts'
import { decodeChunk, encodeChunk, requireSignature } from './state-chunk.ts'
import type { Chunk } from './state-chunk.ts'
import { packValues, unpackValues } from './value-packer.ts'
import type { ValuePacker } from './value-packer.ts'

const KIND = 'aggregates'

const gather = (column: Float64Array, rows: Int32Array): Float64Array => {
  const values = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) values[i] = column[rows[i]]
  return values
}

/** One chunk per key group that has records. */
export const snapshotAccumulators = (
  store: AccumulatorStore,
  keys: KeySlots,
  groups: number,
  packer: ValuePacker,
): Map<number, Uint8Array> => {
  const chunks = new Map<number, Uint8Array>()
  forEachGroup(keys, liveSlots(store.flags, keys.size), groups, (group, slots) => {
    const { keys: chunkKeys, rows } = chunkKeysOf(keys, slots)
    const columns = new Map<string, Float64Array | Uint8Array>()
    store.layout.columns.forEach(({ name }, c) => {
      const data = store.data[c]
      if (data instanceof Float64Array) columns.set(name, gather(data, rows))
      else
        columns.set(
          name,
          packValues(
            packer,
            Array.from(rows, (slot) => data[slot]),
            `an accumulator of the custom aggregate "${name}"`,
          ),
        )
    })
    const dirty = Uint8Array.from(rows, (slot) => (store.flags[slot] === DIRTY ? 1 : 0))
    chunks.set(
      group,
      encodeChunk({ kind: KIND, signature: store.layout.signature, groups, group, rows: rows.length, ...chunkKeys, dirty, columns }),
    )
  })
  return chunks
}

const mergeNumbers = (into: Float64Array, op: string, slots: Int32Array, values: Float64Array): void => {
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]
    if (op === 'min') into[slot] = Math.min(into[slot], values[i])
    else if (op === 'max') into[slot] = Math.max(into[slot], values[i])
    else into[slot] += values[i]
  }
}

const mergeChunkColumn = (store: AccumulatorStore, c: number, slots: Int32Array, chunk: Chunk, packer: ValuePacker): void => {
  const { name, op, custom } = store.layout.columns[c]
  const data = store.data[c]
  const stored = chunk.columns.get(name)
  if (data instanceof Float64Array) {
    if (!(stored instanceof Float64Array))
      throw new MillraceError('MR_STATE_CORRUPT', `a chunk of state is damaged: it lacks the column "${name}"`)
    mergeNumbers(data, op, slots, stored)
    return
  }
  const values = unpackValues(packer, stored, slots.length)
  slots.forEach((slot, i) => {
    data[slot] = store.flags[slot] === EMPTY ? values[i] : custom?.merge(data[slot], values[i])
  })
}

/** Adds the rows of a chunk. */
export const restoreAccumulators = (store: AccumulatorStore, keys: KeySlots, bytes: Uint8Array, packer: ValuePacker): void => {
  const chunk = decodeChunk(bytes)
  requireSignature(chunk, KIND, store.layout.signature)
  const slots = slotsOfChunk(keys, chunk)
  if (keys.size > store.flags.length) store.grow(keys.size)
  for (let c = 0; c < store.data.length; c++) mergeChunkColumn(store, c, slots, chunk, packer)
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]
    if (chunk.dirty[i] !== 0) store.touch(slot)
    else if (store.flags[slot] === EMPTY) store.flags[slot] = CLEAN
  }
}
