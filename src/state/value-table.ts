import type { Key } from '../core/key-hash.ts'
import { chunkKeysOf, forEachGroup, liveSlots, slotsOfChunk } from './key-groups.ts'
import { KeyIndex } from './key-index.ts'
import type { KeySlots } from './key-slots.ts'
import { type Chunk, type DecodedChunk, decodeChunk, encodeChunk, requireSignature } from './state-chunk.ts'
import type { TableImage } from './table-image.ts'
import { TableImages } from './table-images.ts'
import { msgpackrPacker, packValues, unpackValues } from './value-packer.ts'
import type { ValuePacker } from './value-packer.ts'

const KIND = 'values'
const SIGNATURE = 'value'

/** A chunk of a key group: all of it, or with `since` what has changed; see StateChunk. */
export interface StateDelta {
  readonly scope: 'group'
  readonly id: number
  readonly value: Uint8Array | undefined
  readonly since?: number
}

/** One value of any plain data per key: the state of `scan` and `reduce`. */
export class ValueTable<V> {
  readonly keys = new KeyIndex()
  readonly #packer: ValuePacker
  /** Values are replaced, never changed in place: one that is kept aside needs no copy. */
  readonly #images = new TableImages<V>({ keys: this.keys, has: (slot) => this.has(slot), copy: (slot) => this.#values[slot] as V }, false)
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
    this.#images.changes.touch(slot)
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
    const live = liveSlots(this.#present, this.keys.size)
    forEachGroup(this.keys, live, groups, (group, slots) => chunks.set(group, this.#encode(groups, group, slots)))
    return chunks
  }

  /**
   * The same for a checkpoint, as chunks of which some hold only what has changed since an earlier one: see `since` of StateChunk. They are to be restored in their
   * order. The table may change between two of them: they hold what it is now. Null where a pause is possible.
   *
   * @param checkpoint its id; 0: the last state, whole
   */
  deltas(keyGroups: number, checkpoint: number, rowsPerStep = Infinity): Iterable<StateDelta | null> {
    return this.#encoded(this.#images.take({ checkpoint, keyGroups, rowsPerStep }), keyGroups)
  }

  /** A checkpoint is on disk: later ones need only what changes from now on. */
  completed(checkpoint: number): void {
    this.#images.completed(checkpoint)
  }

  /** What {@link ValueTable.deltas} gave for a checkpoint is not asked for any more: it has failed. */
  endDeltas(checkpoint: number): void {
    this.#images.end(checkpoint)
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
    this.#images.clear()
    this.#values = []
    this.#present.fill(0)
  }

  #encode(groups: number, group: number, slots: Int32Array): Uint8Array {
    return encodeValues({ groups, group }, this.keys, slots, (slot) => this.#values[slot], this.#packer)
  }

  *#encoded(image: TableImage<V>, groups: number): Generator<StateDelta | null> {
    yield* image.select()
    for (const part of image.groups()) {
      if (part === null) yield null
      else {
        const { group, slots, since } = part
        const valueOf = (slot: number): unknown => (image.keptAt(slot) ?? { row: this.#values[slot] }).row
        const value = slots.length === 0 ? undefined : encodeValues({ groups, group }, image, slots, valueOf, this.#packer)
        yield { scope: 'group', id: group, value, ...(since !== undefined && { since }) }
      }
    }
    this.#images.end()
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
): { readonly chunk: DecodedChunk; readonly values: readonly unknown[] } {
  const chunk = decodeChunk(bytes)
  requireSignature(chunk, KIND, SIGNATURE)
  return { chunk, values: unpackValues(packer, chunk.columns.get(SIGNATURE), chunk.rows) }
}
