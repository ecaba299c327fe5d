import { hashAscii, hashKey } from '../core/key-hash.ts'
import type { ChunkHead } from './state-chunk.ts'

const SLOTS_MIN = 1024
/** Of a page; each is as large as four before it. Memory that nothing was written to is not there yet, so room costs nothing, while bytes that move to a larger place are paid for again. */
const PAGE_BYTES_MIN = 16 * 1024
/** A place is the number of a page, and in so many low bits where it is there. */
const PAGE_BITS = 24
const PAGE_BYTES_MAX = 2 ** PAGE_BITS
const PAGES_MAX = 2 ** (31 - PAGE_BITS) - 1
/** There is no room. */
export const NO_PLACE = -1
/** Keys of one key group, which come together, are in one part where there are as many groups as parts, or a multiple: a part fits the processor's cache. */
const PARTS = 128
const PART_PAIRS_MIN = 16

/** Some of the texts: pairs of hash and slot + 1 (0: free), at most half full. */
interface Part {
  pairs: Int32Array
  shift: number
  used: number
}

/**
 * Texts of keys out of a checkpoint, as the ASCII bytes that its chunks have, with the slot of each. A million of them are here in a fraction of the time that a Map of strings takes, and are none of the
 * garbage collector's business. A key that is used goes over to where strings are ({@link StoredTexts.forget}); what nobody asks for stays.
 */
export class StoredTexts {
  #pages: Uint8Array[] = []
  /** Of the last page. */
  #pageUsed = 0
  #used = 0
  /** Of `#used`: bytes of no text, or of one that has gone. */
  #dead = 0
  /** By slot: the place of the text, + 1; 0 for none. */
  #starts: Int32Array
  #lengths: Int32Array
  /** By the low bits of the hash. An entry stays when its text goes, until all are made anew. */
  #parts: Part[]
  #size = 0

  /** Number of texts. */
  get size(): number {
    return this.#size
  }

  /**
   * Memory that is made once is what a restored table is paid for: it is not copied into larger one, and none is given back.
   *
   * @param slots are going to be below it
   * @param chunks that are going to come
   */
  constructor(slots = SLOTS_MIN, chunks: readonly ChunkHead[] = []) {
    this.#starts = new Int32Array(Math.max(slots, SLOTS_MIN))
    this.#lengths = new Int32Array(this.#starts.length)
    const expected = new Float64Array(PARTS)
    for (const { groups, group, rows } of chunks) {
      // The low bits of a hash say its key group where the number of groups is a power of two.
      const step = PARTS % groups === 0 ? groups : groups % PARTS === 0 ? PARTS : 1
      for (let part = group % step; part < PARTS; part += step) expected[part]! += (rows * step) / PARTS
    }
    this.#parts = Array.from(expected, newPart)
  }

  /** Takes in bytes that have texts in them, and returns their place: what {@link StoredTexts.slotOf} is asked of lies there. Or {@link NO_PLACE}. */
  append(bytes: Uint8Array): number {
    const { length } = bytes
    if (this.#pages.length === 0 || this.#pageUsed + length > this.#pages.at(-1)!.length) {
      if (length > PAGE_BYTES_MAX || this.#pages.length === PAGES_MAX) return NO_PLACE
      const room = PAGE_BYTES_MIN * 4 ** Math.min(this.#pages.length, PAGE_BITS)
      this.#pages.push(new Uint8Array(Math.max(length, Math.min(room, PAGE_BYTES_MAX))))
      this.#pageUsed = 0
    }
    const page = this.#pages.length - 1
    const from = this.#pageUsed
    this.#pages[page]!.set(bytes, from)
    this.#pageUsed += length
    this.#used += length
    this.#dead += length
    return (page << PAGE_BITS) | from
  }

  /**
   * The slot of the ASCII text at a place of what was appended. A new one gets `next`, which has no text.
   *
   * @param hash its {@link hashKey}, as an int32: one that is larger would be an object
   */
  slotOf(place: number, length: number, hash: number, next: number): number {
    const part = this.#parts[hash & (PARTS - 1)]!
    const { pairs } = part
    const mask = pairs.length - 1
    let at = (hash >>> part.shift) << 1
    for (; pairs[at + 1] !== 0; at = (at + 2) & mask)
      if (pairs[at] === hash && this.#isSame(pairs[at + 1]! - 1, place, length)) return pairs[at + 1]! - 1
    this.#keep(next, place, length)
    pairs[at] = hash
    pairs[at + 1] = next + 1
    if (++part.used * 4 > pairs.length) grow(part)
    return next
  }

  /** The slot of a text, or -1. */
  find(text: string): number {
    const hash = hashKey(text) | 0
    const part = this.#parts[hash & (PARTS - 1)]!
    const { pairs } = part
    const mask = pairs.length - 1
    for (let at = (hash >>> part.shift) << 1; pairs[at + 1] !== 0; at = (at + 2) & mask)
      if (pairs[at] === hash && this.#isText(pairs[at + 1]! - 1, text)) return pairs[at + 1]! - 1
    return -1
  }

  /** The text of a slot, if it has one. */
  at(slot: number): string | undefined {
    const place = slot < this.#starts.length ? this.#starts[slot]! - 1 : -1
    if (place === -1) return undefined
    const from = offsetOf(place)
    return asciiText(this.#pageOf(place), from, from + this.#lengths[slot]!)
  }

  /** The text of a slot goes. False when it has none. */
  forget(slot: number): boolean {
    if (slot >= this.#starts.length || this.#starts[slot] === 0) return false
    this.#starts[slot] = 0
    this.#size--
    this.#dead += this.#lengths[slot]!
    if (2 * this.#dead > this.#used && this.#used > PAGE_BYTES_MIN) this.#compact()
    return true
  }

  #pageOf(place: number): Uint8Array {
    return this.#pages[place >>> PAGE_BITS]!
  }

  #isSame(slot: number, place: number, length: number): boolean {
    const other = this.#starts[slot]! - 1
    if (other === -1 || this.#lengths[slot] !== length) return false
    const [page, otherPage, from, otherFrom] = [this.#pageOf(place), this.#pageOf(other), offsetOf(place), offsetOf(other)]
    for (let i = 0; i < length; i++) if (otherPage[otherFrom + i] !== page[from + i]) return false
    return true
  }

  #isText(slot: number, text: string): boolean {
    const place = this.#starts[slot]! - 1
    if (place === -1 || this.#lengths[slot] !== text.length) return false
    const page = this.#pageOf(place)
    const from = offsetOf(place)
    for (let i = 0; i < text.length; i++) if (page[from + i] !== text.charCodeAt(i)) return false
    return true
  }

  #keep(slot: number, place: number, length: number): void {
    if (slot >= this.#starts.length) this.#growSlots(slot + 1)
    this.#starts[slot] = place + 1
    this.#lengths[slot] = length
    this.#dead -= length
    this.#size++
  }

  #growSlots(size: number): void {
    const length = Math.max(2 * this.#starts.length, size)
    const starts = new Int32Array(length)
    starts.set(this.#starts)
    this.#starts = starts
    const lengths = new Int32Array(length)
    lengths.set(this.#lengths)
    this.#lengths = lengths
  }

  /** Makes all anew, without what has gone. */
  #compact(): void {
    const all = new StoredTexts()
    for (let slot = 0; slot < this.#starts.length; slot++) {
      const place = this.#starts[slot]! - 1
      if (place === -1) continue
      const text = this.#pageOf(place).subarray(offsetOf(place), offsetOf(place) + this.#lengths[slot]!)
      all.slotOf(all.append(text), text.length, hashAscii(text, 0, text.length) | 0, slot)
    }
    this.#pages = all.#pages
    this.#pageUsed = all.#pageUsed
    this.#used = all.#used
    this.#dead = all.#dead
    this.#starts = all.#starts
    this.#lengths = all.#lengths
    this.#parts = all.#parts
  }
}

/** @param texts that may come: a few less, since deltas repeat some */
function newPart(texts: number): Part {
  const bits = Math.max(Math.log2(PART_PAIRS_MIN), Math.ceil(Math.log2(Math.max(1, 1.8 * texts))))
  return { pairs: new Int32Array(2 ** (bits + 1)), shift: 32 - bits, used: 0 }
}

/** In the order of the hashes, so that memory is gone through from one end to the other. */
function grow(part: Part): void {
  const old = part.pairs
  const pairs = new Int32Array(4 * old.length)
  const mask = pairs.length - 1
  const shift = part.shift - 2
  for (let from = 0; from < old.length; from += 2) {
    if (old[from + 1] === 0) continue
    let at = (old[from]! >>> shift) << 1
    while (pairs[at + 1] !== 0) at = (at + 2) & mask
    pairs[at] = old[from]!
    pairs[at + 1] = old[from + 1]!
  }
  part.pairs = pairs
  part.shift = shift
}

const offsetOf = (place: number): number => place & (PAGE_BYTES_MAX - 1)

/** The text of ASCII bytes. */
export function asciiText(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.prototype.latin1Slice.call(bytes, from, to)
}
