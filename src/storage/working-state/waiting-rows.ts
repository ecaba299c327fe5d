import { NO_VALUE } from '../../state/working/row-writer.ts'

const CAPACITY_MIN = 1024
/** Entries that {@link WaitingRows.sorted} can number: those after which no more are to come, and as many as one message may add. */
const ENTRIES_MAX = 1 << 17
const ENTRIES_WANTED_MAX = 48 * 1024
const FNV_PRIME = 0x01000193
const FNV_OFFSET = 0x811c9dc5

/**
 * Rows of one table that are not in the database yet, the newest of each key, found by the bytes of the key. They stay in the bytes in which they came; a table
 * of integers leads to them.
 */
export class WaitingRows {
  size = 0
  /** Of what came since the last {@link WaitingRows.clear}. */
  bytes = 0
  readonly #sources: Buffer[] = []
  #capacity = CAPACITY_MIN
  /** Open addressing: number of an entry + 1, or 0. Twice the capacity. */
  #table = new Int32Array(2 * CAPACITY_MIN)
  #hashes = new Int32Array(CAPACITY_MIN)
  #source = new Int32Array(CAPACITY_MIN)
  #keyStart = new Int32Array(CAPACITY_MIN)
  #keyEnd = new Int32Array(CAPACITY_MIN)
  /** -1: the row is to be removed. */
  #valueStart = new Int32Array(CAPACITY_MIN)
  #valueEnd = new Int32Array(CAPACITY_MIN)

  /** Takes rows in (see WorkingStore), which become its own. False when there are too many for more to come. */
  add(rows: Uint8Array): boolean {
    const source = Buffer.from(rows.buffer, rows.byteOffset, rows.length)
    this.#sources.push(source)
    this.bytes += source.length
    for (let at = 0; at < source.length;) {
      const keyStart = at + 4
      const keyEnd = keyStart + source.readUInt32BE(at)
      const length = source.readUInt32BE(keyEnd)
      at = keyEnd + 4
      const entry = this.#entryOf(source, keyStart, keyEnd)
      this.#source[entry] = this.#sources.length - 1
      this.#keyStart[entry] = keyStart
      this.#keyEnd[entry] = keyEnd
      this.#valueStart[entry] = length === NO_VALUE ? -1 : at
      if (length !== NO_VALUE) this.#valueEnd[entry] = at += length
    }
    return this.size < ENTRIES_WANTED_MAX
  }

  /** The entry of a key, or -1. */
  find(bytes: Buffer, start: number, end: number, hash = hashOf(bytes, start, end)): number {
    const mask = this.#table.length - 1
    for (let at = hash & mask; this.#table[at] !== 0; at = (at + 1) & mask) {
      const entry = this.#table[at]! - 1
      if (this.#hashes[entry] === hash && this.#isKey(entry, bytes, start, end)) return entry
    }
    return -1
  }

  /** Null for a row that is to be removed. */
  value(entry: number): Buffer | null {
    const start = this.#valueStart[entry]!
    return start === -1 ? null : this.#sources[this.#source[entry]!]!.subarray(start, this.#valueEnd[entry])
  }

  hashAt(entry: number): number {
    return this.#hashes[entry]!
  }

  /** Calls `each` for all rows, roughly in the order of their keys: by key group, then by the first bytes of the key. */
  sorted(each: (bytes: Buffer, keyStart: number, keyEnd: number, entry: number) => void): void {
    const order = new BigUint64Array(this.size)
    const words = new Uint32Array(order.buffer)
    for (let entry = 0; entry < this.size; entry++) {
      const source = this.#sources[this.#source[entry]!]!
      const at = this.#keyStart[entry]!
      const group = source.readUInt16BE(at)
      let first = 0
      for (let i = at + 3; i < at + 7; i++) first = (first << 8) | (i < this.#keyEnd[entry]! ? source[i]! : 0)
      words[2 * entry + 1] = (group << 16) | (first >>> 16)
      words[2 * entry] = (((first >>> 1) & 0x7fff) << 17) | entry
    }
    order.sort()
    for (let i = 0; i < this.size; i++) {
      const entry = words[2 * i]! & (ENTRIES_MAX - 1)
      each(this.#sources[this.#source[entry]!]!, this.#keyStart[entry]!, this.#keyEnd[entry]!, entry)
    }
  }

  clear(): void {
    this.#sources.length = 0
    this.#table.fill(0)
    this.size = 0
    this.bytes = 0
  }

  /** The entry of a key, new or not. */
  #entryOf(bytes: Buffer, start: number, end: number): number {
    const hash = hashOf(bytes, start, end)
    const known = this.find(bytes, start, end, hash)
    if (known !== -1) return known
    if (this.size === this.#capacity) this.#grow()
    const entry = this.size++
    this.#hashes[entry] = hash
    this.#link(entry)
    return entry
  }

  #isKey(entry: number, bytes: Buffer, start: number, end: number): boolean {
    const from = this.#keyStart[entry]!
    if (this.#keyEnd[entry]! - from !== end - start) return false
    const source = this.#sources[this.#source[entry]!]!
    for (let i = start; i < end; i++) if (bytes[i] !== source[from + i - start]) return false
    return true
  }

  #link(entry: number): void {
    const mask = this.#table.length - 1
    let at = this.#hashes[entry]! & mask
    while (this.#table[at] !== 0) at = (at + 1) & mask
    this.#table[at] = entry + 1
  }

  #grow(): void {
    this.#capacity *= 2
    const grown = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const more = new Int32Array(this.#capacity)
      more.set(old)
      return more
    }
    this.#hashes = grown(this.#hashes)
    this.#source = grown(this.#source)
    this.#keyStart = grown(this.#keyStart)
    this.#keyEnd = grown(this.#keyEnd)
    this.#valueStart = grown(this.#valueStart)
    this.#valueEnd = grown(this.#valueEnd)
    this.#table = new Int32Array(2 * this.#capacity)
    for (let entry = 0; entry < this.size; entry++) this.#link(entry)
  }
}

/** FNV-1a (Fowler, Noll, Vo), its high bits folded into the low ones. */
export function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = FNV_OFFSET
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME)
  return hash ^ (hash >>> 15)
}
