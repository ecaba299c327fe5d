import type { ChunkTexts } from './chunk-texts.ts'
import { canonicalKey, copyTuple, isPrimitiveKey, refuseKey } from '../core/key.ts'
import { ownString } from '../codec/own-string.ts'
import { hashAscii, hashKey } from '../core/key-hash.ts'
import type { Key } from '../core/key-hash.ts'
import type { PrimitiveKey } from '../core/key.ts'
import { KeyList } from './key-list.ts'
import { LEFT_OUT } from './key-groups.ts'
import type { KeySlots } from './key-slots.ts'
import type { NewerKeys } from './newer-keys.ts'
import type { ChunkHead } from './state-chunk.ts'
import { NOT_SHORT, SHORT_UNITS_MAX, ShortTextIndex } from './short-text-index.ts'
import { NO_PLACE, type StoredTexts } from './stored-texts.ts'

const CAPACITY_MIN = 16
/** 2^32 / golden ratio: spreads consecutive and regular integers evenly over the high bits (Knuth, TAOCP 3, 6.4). */
const GOLDEN = 0x9e3779b1

/**
 * Finds the slot of a key: int32 numbers in an open-addressing table (pairs of key and slot + 1 on one cache line, at most half full),
 * short texts likewise, other primitive keys in a Map, tuples in a Map by their canonical text. Slots are dense, in the order in which keys first came.
 *
 * Texts that were restored stay bytes until they are used (see stored-texts.ts). The slot of a removed key goes to the next new key. A Map holds 2^24 entries, so that is the bound of keys that are neither int32 numbers nor short texts.
 */
export class KeyIndex implements KeySlots {
  readonly #list = new KeyList()
  /** Number of int32 keys. */
  #ints = 0
  /** Pairs: key, slot + 1 (0: free). */
  #table = new Int32Array(CAPACITY_MIN * 2)
  #mask = CAPACITY_MIN * 2 - 1
  #shift = 32 - Math.log2(CAPACITY_MIN)
  readonly #short = new ShortTextIndex()
  readonly #primitives = new Map<PrimitiveKey, number>()
  readonly #tuples = new Map<string, number>()
  /** Slots of removed keys. */
  #free: number[] = []

  /** Slots are 0 to size - 1: as many as there were keys at a time. */
  get size(): number {
    return this.#list.size
  }

  /** Number of keys. */
  get live(): number {
    return this.#list.size - this.#free.length
  }

  get ints(): Int32Array | undefined {
    return this.#list.ints
  }

  /**
   * The slot of a key; a new key gets slot `size`, or that of a removed one.
   * @throws MR_KEY_INVALID
   */
  slotOf(key: Key): number {
    if (typeof key === 'string') return this.#slotOfText(key)
    if (typeof key === 'number' && (key | 0) === key) return this.slotOfInt(key)
    return this.#slotOfOther(key)
  }

  /** Keys of these chunks are going to come. Returns what slots are going to be below. */
  expect(chunks: readonly ChunkHead[]): number {
    const size = chunks.reduce((sum, { rows }) => sum + rows, this.size)
    this.#list.reserve(size, chunks)
    return size
  }

  /**
   * The slots of the texts of a chunk, new or not; {@link LEFT_OUT} for those of `without`. They may not be used for long: of those that are ASCII, and not short, no string is made.
   */
  takeTexts(texts: ChunkTexts, slots: Int32Array, without: NewerKeys | null): void {
    const { bytes, places } = texts
    let stored: StoredTexts | null = null
    let place = NO_PLACE
    for (let i = 0; i < texts.length; i++) {
      const from = places[2 * i]!
      const to = places[2 * i + 1]!
      const staysBytes = to - from > SHORT_UNITS_MAX && texts.isAscii(i)
      if (stored === null && staysBytes) {
        stored = this.#list.stored
        place = stored.append(bytes.subarray(texts.from, texts.to))
      }
      if (stored === null || place === NO_PLACE || !staysBytes) {
        const text = texts.at(i)
        slots[i] = without?.has(text) === true ? LEFT_OUT : this.#slotOfText(text)
        continue
      }
      const hash = hashAscii(bytes, from, to) | 0
      if (without !== null && without.mayHave(hash) && without.has(texts.at(i))) slots[i] = LEFT_OUT
      else slots[i] = this.#usedSlot(texts, i) ?? this.#slotOfStored(stored, place + from - texts.from, to - from, hash)
    }
  }

  /** The slot of an int32 number, new or not. The caller knows that `(n | 0) === n`. */
  slotOfInt(n: number): number {
    const table = this.#table
    const mask = this.#mask
    let at = (Math.imul(n, GOLDEN) >>> this.#shift) << 1
    for (;;) {
      const slot = table[at + 1]
      if (slot === 0) return this.#insertInt(n, at)
      if (table[at] === n) return slot - 1
      at = (at + 2) & mask
    }
  }

  /**
   * The slot of a key, or -1.
   * @throws MR_KEY_INVALID
   */
  find(key: Key): number {
    if (typeof key === 'number' && (key | 0) === key) return this.#findInt(key)
    if (typeof key === 'string') return this.#findText(key)
    if (isPrimitiveKey(key)) return this.#primitives.get(key) ?? -1
    return Array.isArray(key) ? (this.#tuples.get(canonicalKey(key)) ?? -1) : refuseKey(key)
  }

  /** The key of a slot below `size`. Tuples are frozen copies. */
  keyAt(slot: number): Key {
    return this.#list.at(slot)
  }

  /** The {@link hashKey} of the key of a slot. */
  hashAt(slot: number): number {
    return hashKey(this.keyAt(slot))
  }

  /** Forgets the key of a slot, which has one. */
  remove(slot: number): void {
    const key = this.#list.at(slot)
    if (typeof key === 'number' && (key | 0) === key) this.#removeInt(key)
    else if (typeof key === 'string') {
      if (!this.#short.remove(key) && !this.#list.forgetStored(slot)) this.#primitives.delete(key)
    } else if (isPrimitiveKey(key)) this.#primitives.delete(key)
    else this.#tuples.delete(canonicalKey(key))
    this.#list.put(slot, 0)
    this.#free.push(slot)
  }

  clear(): void {
    this.#free = []
    if (this.#ints > 0) this.#table.fill(0)
    this.#ints = 0
    this.#list.clear()
    this.#short.clear()
    this.#primitives.clear()
    this.#tuples.clear()
  }

  /** The slot of a text that has been used as a string. */
  #usedSlot(texts: ChunkTexts, i: number): number | undefined {
    return this.#primitives.size === 0 ? undefined : this.#primitives.get(texts.at(i))
  }

  #slotOfStored(stored: StoredTexts, start: number, length: number, hash: number): number {
    const next = this.#next()
    const slot = stored.slotOf(start, length, hash, next)
    if (slot !== next) return slot
    if (this.#free.length === 0) this.#list.pushStored()
    else {
      this.#free.pop()
      this.#list.putStored()
    }
    return slot
  }

  #slotOfOther(key: Key): number {
    if (isPrimitiveKey(key)) return this.#primitives.get(key) ?? this.#insertPrimitive(key)
    if (!Array.isArray(key)) return refuseKey(key)
    const text = canonicalKey(key)
    const known = this.#tuples.get(text)
    if (known !== undefined) return known
    const slot = this.#give(copyTuple(key))
    this.#tuples.set(text, slot)
    return slot
  }

  #findText(key: string): number {
    const slot = this.#short.slotOf(key, 0, false)
    return slot === NOT_SHORT ? (this.#primitives.get(key) ?? this.#list.findStored(key)) : Math.max(-1, slot)
  }

  #slotOfText(key: string): number {
    const next = this.#next()
    const slot = this.#short.slotOf(key, next, true)
    if (slot === next) this.#give(key)
    if (slot !== NOT_SHORT) return slot
    return this.#primitives.get(key) ?? this.#insertPrimitive(key)
  }

  #insertPrimitive(key: PrimitiveKey): number {
    // A key that was cut out of a batch would keep the batch's text alive for as long as the state lives.
    const kept = typeof key === 'string' ? ownString(key) : key
    const stored = typeof key === 'string' ? this.#list.findStored(key) : -1
    const slot = stored === -1 ? this.#give(kept) : stored
    // From its first use on it is found as all others are.
    if (stored !== -1) this.#list.put(stored, kept)
    this.#primitives.set(kept, slot)
    return slot
  }

  /** The slot that a new key gets. */
  #next(): number {
    return this.#free.length === 0 ? this.#list.size : this.#free.at(-1)!
  }

  /** A slot for a key that is not an int32. */
  #give(key: Key): number {
    if (this.#free.length === 0) return this.#list.pushOther(key)
    const slot = this.#free.pop()!
    this.#list.put(slot, key)
    return slot
  }

  #insertInt(n: number, at: number): number {
    let slot: number
    if (this.#free.length === 0) slot = this.#list.pushInt(n)
    else this.#list.put((slot = this.#free.pop()!), n)
    this.#table[at] = n
    this.#table[at + 1] = slot + 1
    this.#ints++
    if (this.#ints * 4 > this.#table.length) this.#resizeTable(this.#table.length * 2)
    return slot
  }

  #findInt(n: number): number {
    const table = this.#table
    let at = (Math.imul(n, GOLDEN) >>> this.#shift) << 1
    while (table[at + 1] !== 0) {
      if (table[at] === n) return table[at + 1] - 1
      at = (at + 2) & this.#mask
    }
    return -1
  }

  /** Entries behind the removed one move up, so that every key stays reachable from its place (Knuth, TAOCP 3, 6.4, algorithm R). */
  #removeInt(n: number): void {
    const table = this.#table
    const mask = this.#mask
    let hole = (Math.imul(n, GOLDEN) >>> this.#shift) << 1
    while (table[hole] !== n || table[hole + 1] === 0) hole = (hole + 2) & mask
    for (let at = (hole + 2) & mask; table[at + 1] !== 0; at = (at + 2) & mask) {
      const home = (Math.imul(table[at], GOLDEN) >>> this.#shift) << 1
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      table[hole] = table[at]
      table[hole + 1] = table[at + 1]
      hole = at
    }
    table[hole + 1] = 0
    this.#ints--
    if (this.#ints * 32 < table.length && table.length > CAPACITY_MIN * 2) this.#resizeTable(table.length / 2)
  }

  #resizeTable(length: number): void {
    const old = this.#table
    const table = new Int32Array(length)
    this.#mask = length - 1
    this.#shift = 33 - Math.log2(length)
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue
      let at = (Math.imul(old[from], GOLDEN) >>> this.#shift) << 1
      while (table[at + 1] !== 0) at = (at + 2) & this.#mask
      table[at] = old[from]
      table[at + 1] = old[from + 1]
    }
    this.#table = table
  }
}
