import { canonicalKey, keyOfCanonical } from '../core/key.ts'
import { hashKey } from '../core/key-hash.ts'
import type { Key } from '../core/key-hash.ts'
import { type StoredText, textOf } from './chunk-texts.ts'
import type { Chunk, DecodedChunk } from './state-chunk.ts'
import type { KeySlots } from './key-slots.ts'
import type { NewerKeys } from './newer-keys.ts'

/** Keys of some rows, as a chunk holds them. */
export type ChunkKeys = Pick<Chunk, 'intKeys' | 'stringKeys' | 'otherKeys'>

/**
 * Slots by number of bin (a key group, a target): a stable counting sort. Bin `b` has `slots[starts[b]]` to `slots[starts[b + 1] - 1]`.
 */
export const sortSlots = (slots: Int32Array, bins: number, binOf: (slot: number) => number): { slots: Int32Array; starts: Int32Array } => {
  const bin = new Int32Array(slots.length)
  const starts = new Int32Array(bins + 1)
  for (let i = 0; i < slots.length; i++) {
    bin[i] = binOf(slots[i])
    starts[bin[i] + 1]++
  }
  for (let b = 0; b < bins; b++) starts[b + 1] += starts[b]
  const next = starts.slice()
  const sorted = new Int32Array(slots.length)
  for (let i = 0; i < slots.length; i++) sorted[next[bin[i]]++] = slots[i]
  return { slots: sorted, starts }
}

/** Those slots whose flag is not 0, in the order of their keys' arrival. */
export const liveSlots = (flags: Uint8Array, size: number): Int32Array => {
  const slots = new Int32Array(size)
  let count = 0
  const known = Math.min(size, flags.length)
  for (let slot = 0; slot < known; slot++) if (flags[slot] !== 0) slots[count++] = slot
  return slots.subarray(0, count)
}

/** Calls `write` with the slots of each key group that has any. */
export const forEachGroup = (
  keys: Pick<KeySlots, 'keyAt'>,
  live: Int32Array,
  groups: number,
  write: (group: number, slots: Int32Array) => void,
): void => {
  const { slots, starts } = sortSlots(live, groups, (slot) => hashKey(keys.keyAt(slot)) % groups)
  for (let group = 0; group < groups; group++) {
    if (starts[group] < starts[group + 1]) write(group, slots.subarray(starts[group], starts[group + 1]))
  }
}

/** In Node 20, but not in the types of ES2023. */
interface WellFormed {
  isWellFormed(): boolean
}

const storableText = (text: string): StoredText => {
  if ((text as unknown as WellFormed).isWellFormed()) return text
  const units = new Uint16Array(text.length)
  for (let i = 0; i < units.length; i++) units[i] = text.charCodeAt(i)
  return units
}

/** The keys of slots in a chunk's form, and the slots in the order of the chunk's rows. */
export const chunkKeysOf = (keys: Pick<KeySlots, 'keyAt'>, slots: Int32Array): { keys: ChunkKeys; rows: Int32Array } => {
  const intKeys = new Int32Array(slots.length)
  const rows = new Int32Array(slots.length)
  const stringKeys: StoredText[] = []
  const otherKeys: StoredText[] = []
  const strings: number[] = []
  const others: number[] = []
  let ints = 0
  for (const slot of slots) {
    const key = keys.keyAt(slot)
    if (typeof key === 'string') {
      stringKeys.push(storableText(key))
      strings.push(slot)
    } else if (typeof key === 'number' && (key | 0) === key) {
      intKeys[ints] = key
      rows[ints++] = slot
    } else {
      otherKeys.push(storableText(canonicalKey(key)))
      others.push(slot)
    }
  }
  rows.set(strings, ints)
  rows.set(others, ints + strings.length)
  return { keys: { intKeys: intKeys.subarray(0, ints), stringKeys, otherKeys }, rows }
}

/** In place of a slot: the row is not wanted. */
export const LEFT_OUT = -1

/**
 * The slots of a chunk's rows in a table that restores it; new keys get new slots.
 *
 * @param without rows of these keys are {@link LEFT_OUT}
 */
export const slotsOfChunk = (
  keys: Pick<KeySlots, 'slotOf' | 'slotOfInt' | 'takeTexts'>,
  chunk: DecodedChunk,
  without: NewerKeys | null = null,
): Int32Array => {
  const slots = new Int32Array(chunk.rows)
  const { intKeys, textKeys, otherKeys } = chunk
  const skipped = without !== null && without.size > 0 ? without : null
  const slotOf = (key: Key): number => (skipped?.has(key) === true ? LEFT_OUT : keys.slotOf(key))
  for (let row = 0; row < intKeys.length; row++) slots[row] = skipped === null ? keys.slotOfInt(intKeys[row]) : slotOf(intKeys[row])
  const texts = slots.subarray(intKeys.length)
  if (keys.takeTexts !== undefined) keys.takeTexts(textKeys, texts, skipped)
  else for (let i = 0; i < textKeys.length; i++) texts[i] = slotOf(textKeys.at(i))
  otherKeys.forEach((text, i) => (texts[textKeys.length + i] = slotOf(keyOfCanonical(textOf(text)))))
  return slots
}

/** The keys of a chunk's rows. */
export const keysOfChunk = ({ intKeys, textKeys, otherKeys }: Pick<DecodedChunk, 'intKeys' | 'textKeys' | 'otherKeys'>): Key[] => [
  ...intKeys,
  ...textKeys.all().map(textOf),
  ...otherKeys.map((text) => keyOfCanonical(textOf(text))),
]
