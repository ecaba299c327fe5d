import type { Key } from '../core/key-hash.ts'
import { chunkKeysOf, forEachGroup, liveSlots, slotsOfChunk } from './key-groups.ts'
import { KeyIndex } from './key-index.ts'
import type { KeySlots } from './key-slots.ts'
import { type Chunk, decodeChunk, encodeChunk, requireSignature } from './state-chunk.ts'
import { msgpackrPacker, packValues, unpackValues } from './value-packer.ts'
import type { ValuePacker } from './value-packer.ts'

const KIND = 'values'
const SIGNATURE = 'value'

/** One value of any plain data per key: the state of `scan` and `reduce`. */
export class ValueTable<V> {
  readonly keys = new KeyIndex()
  readonly #packer: ValuePacker
  #values: (V | undefined)[] = []
  #present = new Uint8Array(16)

  constructor(packer: ValuePacker = msgpackrPacker) {
    this.#packer = packer
  }

  /** The slot of a key, new or not. @throws MR_KEY_INVALID */
  slotOf(key: Key): number {
    return this.keys.slotOf(key)
  }

  /** True when the slot was set. */
  has(slot: number): boolean {
    return this.#present[slot] === 1
  }

  /** The value of a slot, or undefined when it was never set. */
  get(slot: number): V | undefined {
    return this.#values[slot]
  }

  set(slot: number, value: V): void {
    if (slot >= this.#present.length) this.#grow(slot)
    this.#values[slot] = value
    this.#present[slot] = 1
  }

  /** Calls `fn` for every key that has a value, in the order of arrival. */
  forEach(fn: (key: Key, value: V) => void): void {
    for (const slot of liveSlots(this.#present, this.keys.size)) fn(this.keys.keyAt(slot), this.#values[slot] as V)
  }

  /**
   * One chunk per key group that has values.
   * @throws MR_RECORD_NOT_SERIALIZABLE when a value cannot be packed
   */
  snapshot(groups: number): Map<number, Uint8Array> {
    const chunks = new Map<number, Uint8Array>()
    forEachGroup(this.keys, liveSlots(this.#present, this.keys.size), groups, (group, slots) => {
      const bytes = encodeValues({ groups, group }, this.keys, slots, (slot) => this.#values[slot], this.#packer)
      chunks.set(group, bytes)
    })
    return chunks
  }

  /**
   * Adds the values of a chunk; a key that the table has already takes the chunk's value.
   * @throws MR_STATE_CORRUPT for damaged bytes, MR_STATE_INCOMPATIBLE for a chunk of something else
   */
  restore(bytes: Uint8Array): void {
    const { chunk, values } = decodeValues(bytes, this.#packer)
    slotsOfChunk(this.keys, chunk).forEach((slot, i) => this.set(slot, values[i] as V))
  }

  clear(): void {
    this.keys.clear()
    this.#values = []
    this.#present.fill(0)
  }

  #grow(slot: number): void {
    const present = new Uint8Array(Math.max(this.#present.length * 2, slot + 1))
    present.set(this.#present)
    this.#present = present
  }
}

/**
 * The chunk of the values of some slots, which are all of one key group.
 * @throws MR_RECORD_NOT_SERIALIZABLE when a value cannot be packed
 */
export function encodeValues(
  { groups, group }: Pick<Chunk, 'groups' | 'group'>,
  slotKeys: Pick<KeySlots, 'keyAt'>,
  slots: Int32Array,
  valueOf: (slot: number) => unknown,
  packer: ValuePacker = msgpackrPacker,
): Uint8Array {
  const { keys, rows } = chunkKeysOf(slotKeys, slots)
  const values = packValues(packer, Array.from(rows, valueOf), 'a value of keyed state')
  const head = { kind: KIND, signature: SIGNATURE, groups, group, rows: rows.length }
  return encodeChunk({ ...head, ...keys, dirty: new Uint8Array(rows.length), columns: new Map([[SIGNATURE, values]]) })
}

/** @throws MR_STATE_CORRUPT for damaged bytes, MR_STATE_INCOMPATIBLE for a chunk of something else */
export function decodeValues(
  bytes: Uint8Array,
  packer: ValuePacker = msgpackrPacker,
): { readonly chunk: Chunk; readonly values: readonly unknown[] } {
  const chunk = decodeChunk(bytes)
  requireSignature(chunk, KIND, SIGNATURE)
  return { chunk, values: unpackValues(packer, chunk.columns.get(SIGNATURE), chunk.rows) }
}
