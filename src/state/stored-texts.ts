import { hashAscii, hashKey } from '../core/key-hash.ts'

const SLOTS_MIN = 1024
const BYTES_MIN = 16 * 1024
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
  #bytes = new Uint8Array(BYTES_MIN)
  #used = 0
  /** Of `#used`: bytes of no text, or of one that has gone. */
  #dead = 0
  /** By slot: where the text begins, + 1; 0 for none. */
  #starts = new Int32Array(SLOTS_MIN)
  #lengths = new Int32Array(SLOTS_MIN)
  /** By the low bits of the hash. An entry stays when its text goes, until all are made anew. */
  #parts: (Part | undefined)[] = Array.from({ length: PARTS })
  #size = 0

  /** Number of texts. */
  get size(): number {
    return this.#size
  }

  /** Takes in bytes that have texts in them, and returns where they are: what {@link StoredTexts.slotOf} is asked of lies there. */
  append(bytes: Uint8Array): number {
    const from = this.#used
    const end = from + bytes.length
    if (end > this.#bytes.length) this.#growBytes(end)
    this.#bytes.set(bytes, from)
    this.#used = end
    this.#dead += bytes.length
    return from
  }

  /**
   * The slot of the ASCII text that begins at `start` of what was appended. A new one gets `next`, which has no text.
   *
   * @param hash its {@link hashKey}
   */
  slotOf(start: number, length: number, hash: number, next: number): number {
    const part = (this.#parts[hash & (PARTS - 1)] ??= newPart())
    const { pairs } = part
    const mask = pairs.length - 1
    const word = hash | 0
    let at = (word >>> part.shift) << 1
    for (; pairs[at + 1] !== 0; at = (at + 2) & mask)
      if (pairs[at] === word && this.#isSame(pairs[at + 1]! - 1, start, length)) return pairs[at + 1]! - 1
    this.#keep(next, start, length)
    pairs[at] = word
    pairs[at + 1] = next + 1
    if (++part.used * 4 > pairs.length) grow(part)
    return next
  }

  /** The slot of a text, or -1. */
  find(text: string): number {
    const hash = hashKey(text) | 0
    const part = this.#parts[hash & (PARTS - 1)]
    if (part === undefined) return -1
    const { pairs } = part
    const mask = pairs.length - 1
    for (let at = (hash >>> part.shift) << 1; pairs[at + 1] !== 0; at = (at + 2) & mask)
      if (pairs[at] === hash && this.#isText(pairs[at + 1]! - 1, text)) return pairs[at + 1]! - 1
    return -1
  }

  /** The text of a slot, if it has one. */
  at(slot: number): string | undefined {
    const start = slot < this.#starts.length ? this.#starts[slot]! - 1 : -1
    return start === -1 ? undefined : asciiText(this.#bytes, start, start + this.#lengths[slot]!)
  }

  /** The text of a slot goes. False when it has none. */
  forget(slot: number): boolean {
    if (slot >= this.#starts.length || this.#starts[slot] === 0) return false
    this.#starts[slot] = 0
    this.#size--
    this.#dead += this.#lengths[slot]!
    if (2 * this.#dead > this.#used && this.#used > BYTES_MIN) this.#compact()
    return true
  }

  #isSame(slot: number, start: number, length: number): boolean {
    const other = this.#starts[slot]! - 1
    if (other === -1 || this.#lengths[slot] !== length) return false
    for (let i = 0; i < length; i++) if (this.#bytes[other + i] !== this.#bytes[start + i]) return false
    return true
  }

  #isText(slot: number, text: string): boolean {
    const start = this.#starts[slot]! - 1
    if (start === -1 || this.#lengths[slot] !== text.length) return false
    for (let i = 0; i < text.length; i++) if (this.#bytes[start + i] !== text.charCodeAt(i)) return false
    return true
  }

  #keep(slot: number, start: number, length: number): void {
    if (slot >= this.#starts.length) this.#growSlots(slot)
    this.#starts[slot] = start + 1
    this.#lengths[slot] = length
    this.#dead -= length
    this.#size++
  }

  #growBytes(needed: number): void {
    const bytes = new Uint8Array(Math.max(2 * this.#bytes.length, needed))
    bytes.set(this.#bytes)
    this.#bytes = bytes
  }

  #growSlots(slot: number): void {
    const length = Math.max(2 * this.#starts.length, slot + 1)
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
    all.#bytes = new Uint8Array(Math.max(BYTES_MIN, this.#used - this.#dead))
    for (let slot = 0; slot < this.#starts.length; slot++) {
      const start = this.#starts[slot]! - 1
      if (start === -1) continue
      const text = this.#bytes.subarray(start, start + this.#lengths[slot]!)
      all.slotOf(all.append(text), text.length, hashAscii(text, 0, text.length), slot)
    }
    this.#bytes = all.#bytes
    this.#used = all.#used
    this.#dead = all.#dead
    this.#starts = all.#starts
    this.#lengths = all.#lengths
    this.#parts = all.#parts
  }
}

function newPart(): Part {
  return { pairs: new Int32Array(2 * PART_PAIRS_MIN), shift: 32 - Math.log2(PART_PAIRS_MIN), used: 0 }
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

/** The text of ASCII bytes. */
export function asciiText(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.prototype.latin1Slice.call(bytes, from, to)
}
