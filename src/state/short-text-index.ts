/** Texts of at most this many Latin-1 characters are packed into two words. */
export const SHORT_UNITS_MAX = 7
const CAPACITY_MIN = 16
/** Words per entry: characters 0 to 3; characters 4 to 6 and the length; slot + 1 (0: free); unused. Four entries fill a cache line. */
const ENTRY_WORDS = 4
const GOLDEN = 0x9e3779b1
const MIX = 0x85ebca6b

/** The text is too long, or has characters beyond Latin-1. */
export const NOT_SHORT = -1

/**
 * Slots of short texts, in an open-addressing table of their characters themselves: a look-up touches one cache line, where a Map goes through
 * a bucket and an entry to the characters of the key. Words, codes and symbols are short; where many of them are looked up at random this is
 * twice as fast.
 */
export class ShortTextIndex {
  #table = new Int32Array(CAPACITY_MIN * ENTRY_WORDS)
  #shift = 32 - Math.log2(CAPACITY_MIN)
  #size = 0

  /** The slot of a text. A new one gets `next` if `inserts`, else -2. {@link NOT_SHORT} for a text that has no place here. */
  slotOf(text: string, next: number, inserts: boolean): number {
    const length = text.length
    if (length > SHORT_UNITS_MAX) return NOT_SHORT
    let low = 0
    let high = length << 24
    let seen = 0
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      seen |= unit
      if (i < 4) low |= unit << (i << 3)
      else high |= unit << ((i - 4) << 3)
    }
    return seen > 0xff ? NOT_SHORT : this.#slotOf(low, high, next, inserts)
  }

  /** Forgets a text that is there. False for one that has no place here. */
  remove(text: string): boolean {
    if (text.length > SHORT_UNITS_MAX) return false
    let low = 0
    let high = text.length << 24
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 0xff) return false
      if (i < 4) low |= unit << (i << 3)
      else high |= unit << ((i - 4) << 3)
    }
    this.#remove(low, high)
    return true
  }

  clear(): void {
    this.#table.fill(0)
    this.#size = 0
  }

  #slotOf(low: number, high: number, next: number, inserts: boolean): number {
    const table = this.#table
    const mask = table.length - 1
    let at = place(low, high, this.#shift)
    for (;;) {
      const slot = table[at + 2]!
      if (slot === 0) return inserts ? this.#insert(low, high, next, at) : -2
      if (table[at] === low && table[at + 1] === high) return slot - 1
      at = (at + ENTRY_WORDS) & mask
    }
  }

  #insert(low: number, high: number, slot: number, at: number): number {
    this.#table[at] = low
    this.#table[at + 1] = high
    this.#table[at + 2] = slot + 1
    if (++this.#size * ENTRY_WORDS * 4 > this.#table.length * 3) this.#resize(this.#table.length * 2)
    return slot
  }

  /** Entries behind it move up, so that every text stays reachable from its place (Knuth, TAOCP 3, 6.4, algorithm R). */
  #remove(low: number, high: number): void {
    const table = this.#table
    const mask = table.length - 1
    let hole = place(low, high, this.#shift)
    while (table[hole] !== low || table[hole + 1] !== high || table[hole + 2] === 0) hole = (hole + ENTRY_WORDS) & mask
    for (let at = (hole + ENTRY_WORDS) & mask; table[at + 2] !== 0; at = (at + ENTRY_WORDS) & mask) {
      const home = place(table[at]!, table[at + 1]!, this.#shift)
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      table.copyWithin(hole, at, at + ENTRY_WORDS)
      hole = at
    }
    table[hole + 2] = 0
    if (--this.#size * ENTRY_WORDS * 16 < table.length && table.length > CAPACITY_MIN * ENTRY_WORDS) this.#resize(table.length / 2)
  }

  #resize(length: number): void {
    const old = this.#table
    const table = new Int32Array(length)
    const mask = length - 1
    this.#shift = 32 - Math.log2(length / ENTRY_WORDS)
    for (let from = 0; from < old.length; from += ENTRY_WORDS) {
      if (old[from + 2] === 0) continue
      let at = place(old[from]!, old[from + 1]!, this.#shift)
      while (table[at + 2] !== 0) at = (at + ENTRY_WORDS) & mask
      table.set(old.subarray(from, from + ENTRY_WORDS), at)
    }
    this.#table = table
  }
}

/** First word of the entry where a text belongs. */
function place(low: number, high: number, shift: number): number {
  const mixed = Math.imul(low, GOLDEN) ^ Math.imul(high, MIX)
  return (Math.imul(mixed ^ (mixed >>> 15), GOLDEN) >>> shift) << 2
}
