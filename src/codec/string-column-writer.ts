import { ColumnWriter, roomFor } from './column-writer.ts'
import { ARRAY_TYPE } from './payload.ts'
import type { ArrayType } from './payload.ts'
import type { PayloadWriter } from './payload-writer.ts'
import type { FieldSchema } from './schema.ts'
import { StringDictionary } from './string-dictionary.ts'

const NOT_LATIN1 = /[^\0-\xff]/
/** Batches with fewer rows say nothing about whether a dictionary pays. */
const DICTIONARY_JUDGED_ROWS = 32
/** A dictionary is kept for the next batch if it has so many times fewer entries than that has rows, and begun anew now and then. */
const DICTIONARY_KEPT_RATIO = 16
const DICTIONARY_KEPT_BATCHES = 256
/** After so many batches without a dictionary one is tried again. */
const DICTIONARY_RETRY_BATCHES = 256

/**
 * Strings, as a dictionary while values repeat (fewer than half of the rows are distinct), else one after the other. They are
 * appended to one string and written at once: V8 appends for 3 ns and flattens while it writes, 13 ns in all for 54 characters; a
 * write per string takes 38.
 */
export class StringColumnWriter extends ColumnWriter {
  readonly elements = 4
  readonly entries = new StringDictionary()
  /** Whether rows of this batch go into the dictionary. */
  dictionary = true
  /** Entry of each row, with a dictionary. */
  codes = new Uint32Array(0)
  /** Without a dictionary: all strings so far, the length of each, and the lengths combined by `|`. */
  text = ''
  lengths = new Uint32Array(0)
  longest = 0
  #batchesWithout = 0
  #batchesKept = 0
  #narrow = new Uint8Array(0)

  constructor(field: FieldSchema) {
    super(field)
  }

  override begin(rows: number): void {
    super.begin(rows)
    if (this.codes.length < rows) {
      this.codes = new Uint32Array(roomFor(rows))
      // Kept entries may come on top of one new entry per row.
      this.lengths = new Uint32Array(2 * roomFor(rows))
      this.#narrow = new Uint8Array(8 * roomFor(rows))
    }
    this.text = ''
    this.longest = 0
    // Few entries for many rows stay: in the same order, a receiver knows them again.
    if (this.entries.strings.length * DICTIONARY_KEPT_RATIO > rows) this.entries.clear()
  }

  accepts(value: unknown): boolean {
    return typeof value === 'string'
  }

  put(row: number, value: unknown): void {
    const string = value as string
    if (this.dictionary) {
      this.codes[row] = this.entries.codeOf(string)
      return
    }
    this.text += string
    this.lengths[row] = string.length
    this.longest |= string.length
  }

  putNothing(row: number): void {
    this.put(row, '')
  }

  protected writeData(out: PayloadWriter, rows: number): void {
    if (this.dictionary) {
      const strings = this.entries.strings
      this.#integers(out, this.codes, rows, strings.length)
      this.#writeEntries(out, strings)
    } else {
      out.nil()
      this.#integers(out, this.lengths, rows, this.longest)
      writeText(out, this.text)
    }
    this.#judge(rows)
    this.text = ''
    if (++this.#batchesKept < DICTIONARY_KEPT_BATCHES && this.entries.strings.length * DICTIONARY_KEPT_RATIO <= rows) return
    this.#batchesKept = 0
    this.entries.clear()
  }

  #writeEntries(out: PayloadWriter, strings: readonly string[]): void {
    const { lengths } = this
    let longest = 0
    for (let i = 0; i < strings.length; i++) {
      lengths[i] = strings[i]!.length
      longest |= lengths[i]!
    }
    this.#integers(out, lengths, strings.length, longest)
    writeText(out, strings.join(''))
  }

  /** Writes the integers in the narrowest type that holds `bound`. */
  #integers(out: PayloadWriter, values: Uint32Array, count: number, bound: number): void {
    const width = bound < 0x100 ? 1 : bound < 0x10000 ? 2 : 4
    const type: ArrayType = width === 1 ? ARRAY_TYPE.uint8 : width === 2 ? ARRAY_TYPE.uint16 : ARRAY_TYPE.uint32
    const narrow = this.#narrow
    if (width === 1) for (let i = 0; i < count; i++) narrow[i] = values[i]!
    else if (width === 2) {
      for (let i = 0; i < count; i++) {
        const value = values[i]!
        narrow[2 * i] = value
        narrow[2 * i + 1] = value >>> 8
      }
    } else new Uint8Array(values.buffer, 0, 4 * count).forEach((byte, i) => (narrow[i] = byte))
    out.typedArray(type, narrow, width * count)
  }

  #judge(rows: number): void {
    if (this.dictionary) {
      if (rows < DICTIONARY_JUDGED_ROWS || 2 * this.entries.strings.length <= rows) return
      this.dictionary = false
      this.#batchesWithout = 0
    } else if (++this.#batchesWithout >= DICTIONARY_RETRY_BATCHES) this.dictionary = true
  }
}

function writeText(out: PayloadWriter, text: string): void {
  const unit = NOT_LATIN1.test(text) ? 2 : 1
  out.uint(unit)
  out.text(text, unit)
}
