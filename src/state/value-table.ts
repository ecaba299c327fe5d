import { BatchEncoder } from '../codec/batch-encoder.ts'
import { RecordRows } from '../codec/record-rows.ts'
import type { Key } from '../core/key-hash.ts'
import { MillraceError } from '../errors.ts'
import { RECORD_COLUMN_ROWS_MIN } from '../limits.ts'
import { chunkKeysOf, forEachGroup, liveSlots, slotsOfChunk } from './key-groups.ts'
import { KeyIndex } from './key-index.ts'
import type { KeySlots } from './key-slots.ts'
import { type Chunk, type DecodedChunk, decodeChunk, encodeChunk, requireSignature, headOf } from './state-chunk.ts'
import { isPlainRecord, openRecords } from './record-column.ts'
import { type StoredRows, StoredValues, roomFor } from './stored-values.ts'
import type { TableImage } from './table-image.ts'
import { TableImages } from './table-images.ts'
import { msgpackrPacker, packValues, unpackValues } from './value-packer.ts'
import type { ValuePacker } from './value-packer.ts'

const KIND = 'values'
const SIGNATURE = 'value'
/** The column of values that are records, encoded as a batch of them is; `value` is that of packed ones. */
const RECORDS = 'records'

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
  readonly #images = new TableImages<V>({ keys: this.keys, has: (slot) => this.has(slot), copy: (slot) => this.#peek(slot) as V }, false)
  #encoder: BatchEncoder | null = null
  #values: (V | undefined)[] = []
  #present = new Uint8Array(16)
  /** How far slots are known to go. */
  #expected = 0
  /** Values that are still in their chunks, undefined in `#values`. */
  #stored: StoredValues<V> | null = null

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
    const value = this.#values[slot]
    return value === undefined && this.#stored !== null ? this.#load(slot) : value
  }

  set(slot: number, value: V): void {
    if (slot >= this.#present.length) this.#grow(slot)
    this.#images.changes.touch(slot)
    if (this.#stored !== null) this.#forgetStored(slot)
    this.#values[slot] = value
    this.#present[slot] = 1
  }

  /** Calls `fn` for every key that has a value, in the order of arrival. */
  forEach(fn: (key: Key, value: V) => void): void {
    for (const slot of liveSlots(this.#present, this.keys.size)) fn(this.keys.keyAt(slot), this.get(slot) as V)
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
    const { chunk, values } = openValues(bytes, this.#packer)
    const slots = slotsOfChunk(this.keys, chunk)
    if (values instanceof RecordRows) this.#restoreLater(values as StoredRows<V>, slots)
    else slots.forEach((slot, row) => this.set(slot, values[row] as V))
  }

  /** These chunks are going to be restored. */
  expect(chunks: readonly Uint8Array[]): void {
    const size = this.keys.expect(chunks.map(headOf))
    if (size > this.#present.length) this.#grow(size - 1)
    if (this.#values.length === 0) this.#values = roomFor(size)
    this.#images.changes.stamps(size)
    this.#expected = size
  }

  clear(): void {
    this.keys.clear()
    this.#images.clear()
    this.#values = []
    this.#stored = null
    this.#present.fill(0)
  }

  #encode(groups: number, group: number, slots: Int32Array): Uint8Array {
    return encodeValues({ groups, group }, this.keys, slots, (slot) => this.#peek(slot), this.#packer, this.#recordEncoder())
  }

  #recordEncoder(): BatchEncoder {
    return (this.#encoder ??= new BatchEncoder({ name: 'state/values' }))
  }

  *#encoded(image: TableImage<V>, groups: number): Generator<StateDelta | null> {
    yield* image.select()
    for (const part of image.groups()) {
      if (part === null) yield null
      else {
        const { group, slots, since } = part
        const valueOf = (slot: number): unknown => (image.keptAt(slot) ?? { row: this.#peek(slot) }).row
        const value =
          slots.length === 0 ? undefined : encodeValues({ groups, group }, image, slots, valueOf, this.#packer, this.#recordEncoder())
        yield { scope: 'group', id: group, value, ...(since !== undefined && { since }) }
      }
    }
    this.#images.end()
  }

  /** As `get`, for whoever does not keep it. */
  #peek(slot: number): V | undefined {
    return this.#stored !== null && this.#stored.has(slot) ? this.#stored.at(slot) : this.#values[slot]
  }

  #load(slot: number): V | undefined {
    if (!this.#stored!.has(slot)) return undefined
    const value = this.#stored!.at(slot)
    this.#values[slot] = value
    this.#forgetStored(slot)
    return value
  }

  #forgetStored(slot: number): void {
    this.#stored!.forget(slot)
    if (this.#stored!.size === 0) this.#stored = null
  }

  /** They are made when they are used. */
  #restoreLater(rows: StoredRows<V>, slots: Int32Array): void {
    const { size } = this.keys
    if (size > this.#present.length) this.#grow(size - 1)
    while (this.#values.length < size) this.#values.push(undefined)
    this.#images.changes.touchAll(slots)
    for (let row = 0; row < slots.length; row++) {
      const slot = slots[row]!
      this.#values[slot] = undefined
      this.#present[slot] = 1
    }
    this.#stored ??= new StoredValues(this.#expected)
    this.#stored.add(rows, slots)
  }

  #grow(slot: number): void {
    const present = new Uint8Array(Math.max(this.#present.length * 2, slot + 1))
    present.set(this.#present)
    this.#present = present
  }
}

/**
 * The chunk of the values of some slots, which are all of one key group.
 *
 * @param encoder of a table that can take values as records
 * @throws MR_RECORD_NOT_SERIALIZABLE when a value cannot be packed
 */
export function encodeValues(
  { groups, group }: Pick<Chunk, 'groups' | 'group'>,
  slotKeys: Pick<KeySlots, 'keyAt'>,
  slots: Int32Array,
  valueOf: (slot: number) => unknown,
  packer: ValuePacker = msgpackrPacker,
  encoder: BatchEncoder | null = null,
): Uint8Array {
  const { keys, rows } = chunkKeysOf(slotKeys, slots)
  const values: unknown[] = []
  for (let row = 0; row < rows.length; row++) values.push(valueOf(rows[row]!))
  const records = packer === msgpackrPacker && encoder !== null ? recordsOf(encoder, values) : null
  const column = records ?? packValues(packer, values, 'a value of keyed state')
  const head = { kind: KIND, signature: SIGNATURE, groups, group, rows: rows.length }
  const columns = new Map([[records === null ? SIGNATURE : RECORDS, column]])
  return encodeChunk({ ...head, ...keys, dirty: new Uint8Array(rows.length), columns })
}

/** Null for values that are to be packed: few of them, others than records, or what cannot be stored, of which the packer says what it is. */
function recordsOf(encoder: BatchEncoder, values: readonly unknown[]): Uint8Array | null {
  if (values.length < RECORD_COLUMN_ROWS_MIN || !values.every(isPlainRecord)) return null
  try {
    return encoder.encode(values, 0, values.length, null)
  } catch {
    return null
  }
}

/** @throws MR_STATE_CORRUPT for damaged bytes, MR_STATE_INCOMPATIBLE for a chunk of something else */
export function decodeValues(
  bytes: Uint8Array,
  packer: ValuePacker = msgpackrPacker,
): { readonly chunk: DecodedChunk; readonly values: readonly unknown[] } {
  const { chunk, values } = openValues(bytes, packer)
  return { chunk, values: values instanceof RecordRows ? Array.from({ length: chunk.rows }, (_, row) => values.at(row)) : values }
}

function openValues(
  bytes: Uint8Array,
  packer: ValuePacker,
): { readonly chunk: DecodedChunk; readonly values: readonly unknown[] | RecordRows } {
  const chunk = decodeChunk(bytes)
  requireSignature(chunk, KIND, SIGNATURE)
  const records = chunk.columns.get(RECORDS)
  if (!(records instanceof Uint8Array)) return { chunk, values: unpackValues(packer, chunk.columns.get(SIGNATURE), chunk.rows) }
  try {
    return { chunk, values: openRecords(records, chunk.rows) }
  } catch (cause) {
    throw new MillraceError('MR_STATE_CORRUPT', 'a chunk of state is damaged: its values cannot be decoded', { cause })
  }
}
