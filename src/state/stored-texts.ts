const CAPACITY_MIN = 1024
const BYTES_MIN = 16 * 1024
/** Of the table: so many entries take all of it. */
const GROWTH = 4
const GOLDEN = 0x9e3779b1
/** FNV-1a, Fowler, Noll and Vo. */
const FNV_BASIS = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * Texts of keys out of a checkpoint, as the ASCII bytes that its chunks have, with the slot of each. A million of them are here in a tenth of the time that a Map of strings takes, and are none of the
 * garbage collector's business. A key that is used goes over to where strings are ({@link StoredTexts.forget}); what nobody asks for stays.
 */
export class StoredTexts {
  #bytes = new Uint8Array(BYTES_MIN)
  #used = 0
  /** Of `#used`: bytes of texts that have gone. */
  #dead = 0
  /** By slot: where the text begins, + 1; 0 for none. */
  #starts = new Int32Array(CAPACITY_MIN)
  #lengths = new Int32Array(CAPACITY_MIN)
  /** Pairs: hash, slot + 1 (0: free). The slot of an entry whose text has gone has none, or another one. */
  #table = new Int32Array(2 * CAPACITY_MIN)
  #shift = 32 - Math.log2(CAPACITY_MIN)
  #entries = 0
  #size = 0

  /** Number of texts. */
  get size(): number {
    return this.#size
  }

  /** The slot of the text `bytes[from..to)`, which is ASCII. A new one gets `next`, which has no text. */
  slotOf(bytes: Uint8Array, from: number, to: number, next: number): number {
    const hash = hashOfBytes(bytes, from, to)
    const table = this.#table
    const mask = table.length - 1
    let at = (hash >>> this.#shift) << 1
    for (; table[at + 1] !== 0; at = (at + 2) & mask)
      if (table[at] === hash && this.#isBytes(table[at + 1]! - 1, bytes, from, to)) return table[at + 1]! - 1
    table[at] = hash
    table[at + 1] = next + 1
    this.#keep(next, bytes, from, to)
    if (++this.#entries * 4 > table.length) this.#resize(table.length * GROWTH)
    return next
  }

  /** The slot of a text, or -1. */
  find(text: string): number {
    let hash = FNV_BASIS | 0
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME)
    hash = Math.imul(hash ^ (hash >>> 15), GOLDEN)
    const table = this.#table
    const mask = table.length - 1
    for (let at = (hash >>> this.#shift) << 1; table[at + 1] !== 0; at = (at + 2) & mask)
      if (table[at] === hash && this.#isText(table[at + 1]! - 1, text)) return table[at + 1]! - 1
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

  #isBytes(slot: number, bytes: Uint8Array, from: number, to: number): boolean {
    let at = this.#starts[slot]! - 1
    if (at === -1 || this.#lengths[slot] !== to - from) return false
    for (let i = from; i < to; i++) if (this.#bytes[at++] !== bytes[i]) return false
    return true
  }

  #isText(slot: number, text: string): boolean {
    const start = this.#starts[slot]! - 1
    if (start === -1 || this.#lengths[slot] !== text.length) return false
    for (let i = 0; i < text.length; i++) if (this.#bytes[start + i] !== text.charCodeAt(i)) return false
    return true
  }

  #keep(slot: number, bytes: Uint8Array, from: number, to: number): void {
    if (slot >= this.#starts.length) this.#growSlots(slot)
    const length = to - from
    let end = this.#used
    if (end + length > this.#bytes.length) this.#growBytes(end + length)
    const kept = this.#bytes
    for (let i = from; i < to; i++) kept[end++] = bytes[i]!
    this.#starts[slot] = this.#used + 1
    this.#lengths[slot] = length
    this.#used = end
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

  /** Takes out what has gone. */
  #compact(): void {
    const old = this.#bytes
    this.#bytes = new Uint8Array(Math.max(BYTES_MIN, this.#used - this.#dead))
    this.#used = 0
    this.#dead = 0
    this.#size = 0
    const starts = this.#starts
    for (let slot = 0; slot < starts.length; slot++) {
      const start = starts[slot]! - 1
      if (start !== -1) this.#keep(slot, old, start, start + this.#lengths[slot]!)
    }
    let length = 2 * CAPACITY_MIN
    while (length < 4 * this.#size) length *= 2
    this.#resize(length)
  }

  #resize(length: number): void {
    const old = this.#table
    const table = new Int32Array(length)
    const mask = length - 1
    this.#shift = 33 - Math.log2(length)
    this.#entries = 0
    for (let from = 0; from < old.length; from += 2) {
      const slot = old[from + 1]!
      if (slot === 0 || this.#starts[slot - 1] === 0) continue
      let at = (old[from]! >>> this.#shift) << 1
      while (table[at + 1] !== 0) at = (at + 2) & mask
      table[at] = old[from]!
      table[at + 1] = slot
      this.#entries++
    }
    this.#table = table
  }
}

function hashOfBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = FNV_BASIS | 0
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME)
  return Math.imul(hash ^ (hash >>> 15), GOLDEN)
}

/** The text of ASCII bytes. */
export function asciiText(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.prototype.latin1Slice.call(bytes, from, to)
}
