import { KIND } from './kind.ts'
import { ARRAY_TYPE, MARK } from './payload.ts'
import { corrupt, typedArrayAt } from './payload-reader.ts'
import type { ArrayAt, BytesAt, PayloadReader } from './payload-reader.ts'
import type { DictionaryMemory } from './dictionary-memory.ts'
import type { FieldSchema } from './schema.ts'
import { ownString } from './own-string.ts'
import { StringSlices } from './string-slices.ts'
import { unpackValues } from './value-packing.ts'

/** What generated and interpreted record readers index by row; boolean columns are bits. */
export type ColumnData = ArrayLike<unknown>

/** Distinct strings, and for each row the index of its own among them. */
export interface Dictionary {
  readonly entries: readonly string[]
  readonly codes: ArrayLike<number>
}

/** One column of one shape of a payload. Found when the batch is opened, decoded when it is first used, and then kept. */
export class ColumnReader {
  readonly field: FieldSchema
  readonly rows: number
  readonly #payload: Buffer
  readonly #marks: BytesAt | null
  #array: ArrayAt | undefined
  #bytes: BytesAt | undefined
  #codes: ArrayAt | undefined
  #entriesStart = 0
  #unit = 1
  #tagged = false
  #data: ColumnData | undefined
  #dictionary: Dictionary | undefined
  /** Where the text of each row ends; of an open column of texts without a dictionary. */
  #ends: Uint32Array | undefined
  readonly #memory: DictionaryMemory

  /** Finds the column at the reader's position. Throws MR_FRAME_CORRUPT. */
  constructor(reader: PayloadReader, field: FieldSchema, rows: number, memory: DictionaryMemory) {
    this.field = field
    this.#memory = memory
    this.rows = rows
    this.#payload = reader.payload
    const elements = reader.array()
    if (elements !== ELEMENTS[field.kind]) corrupt(`column ${field.name} has ${elements} elements`)
    this.#marks = reader.nil() ? null : reader.bin()
    if (this.#marks !== null && this.#marks.length !== (rows + 3) >>> 2) corrupt(`marks of column ${field.name} do not match its rows`)
    if (this.#marks !== null && !field.nullable && !field.absentable) corrupt(`column ${field.name} may not have marks`)
    if (this.#marks === null && field.kind === KIND.none && rows > 0) corrupt(`column ${field.name} has neither values nor marks`)
    this.#find(reader)
  }

  #find(reader: PayloadReader): void {
    switch (this.field.kind) {
      case KIND.none:
        return
      case KIND.boolean:
        this.#bytes = reader.bin()
        if (this.#bytes.length !== (this.rows + 7) >>> 3) corrupt(`bits of column ${this.field.name} do not match its rows`)
        return
      case KIND.int32:
        return this.#findNumbers(reader, ARRAY_TYPE.int32)
      case KIND.float64:
      case KIND.date:
        return this.#findNumbers(reader, ARRAY_TYPE.float64)
      case KIND.bigint:
        return this.#findNumbers(reader, ARRAY_TYPE.int64)
      case KIND.string:
        return this.#findStrings(reader)
      case KIND.any:
        this.#tagged = reader.boolean()
        this.#bytes = reader.raw(reader.uint())
        // An element takes a byte at least: this bounds what unpacking may allocate.
        if (this.#bytes.length <= this.rows) corrupt(`column ${this.field.name} has fewer bytes than rows`)
    }
  }

  #findNumbers(reader: PayloadReader, type: number): void {
    const at = reader.typedArray()
    if (at.type !== type || at.length !== this.rows) corrupt(`numbers of column ${this.field.name} do not match its rows`)
    this.#array = at
  }

  #findStrings(reader: PayloadReader): void {
    const codes = reader.nil() ? undefined : reader.typedArray()
    this.#entriesStart = reader.position
    const lengths = reader.typedArray()
    const unit = reader.uint()
    const blob = reader.bin()
    if ((codes ?? lengths).length !== this.rows) corrupt(`strings of column ${this.field.name} do not match its rows`)
    if (!isUnsigned(lengths) || (codes !== undefined && !isUnsigned(codes)))
      corrupt(`strings of column ${this.field.name} have odd lengths`)
    if ((unit !== 1 && unit !== 2) || blob.length % unit !== 0) corrupt(`text of column ${this.field.name} is damaged`)
    this.#codes = codes
    this.#array = lengths
    this.#unit = unit
    this.#bytes = blob
  }

  /** True if some row is null, undefined or absent. */
  get hasMarks(): boolean {
    return this.#marks !== null
  }

  /** Two bits per row. */
  marks(): Uint8Array {
    return this.#marks === null ? new Uint8Array((this.rows + 3) >>> 2) : this.#slice(this.#marks)
  }

  /** By row: numbers (dates as milliseconds), bigints, strings, any values; for booleans 8 rows a byte. */
  data(): ColumnData {
    return (this.#data ??= this.#decode())
  }

  /**
   * Distinct strings and the entry of each row, if the column is a dictionary. In a damaged payload codes may lie beyond the
   * entries: see checkCodes.
   */
  dictionary(): Dictionary | null {
    if (this.#codes === undefined) return null
    if (this.#dictionary !== undefined) return this.#dictionary
    const codes = typedArrayAt(this.#payload, this.#codes) as Uint8Array
    return (this.#dictionary = {
      entries: this.#memory.entries(this.#payload, this.#entriesStart, this.#bytes!, () => this.slices().strings()),
      codes,
    })
  }

  /** Throws MR_FRAME_CORRUPT if a row names an entry that is not there. */
  checkCodes({ entries, codes }: Dictionary): void {
    let highest = -1
    for (let row = 0; row < codes.length; row++) if (codes[row]! > highest) highest = codes[row]!
    if (highest >= entries.length) this.corruptCode()
  }

  /** Throws MR_FRAME_CORRUPT. */
  corruptCode(): never {
    return corrupt(`column ${this.field.name} names a dictionary entry that is not there`)
  }

  /** The text of a string column: of its rows, or of its dictionary. */
  slices(): StringSlices {
    const lengths = typedArrayAt(this.#payload, this.#array!) as Uint8Array
    return new StringSlices(this.#payload, this.#bytes!, lengths, this.#unit, this.field.name)
  }

  #decode(): ColumnData {
    switch (this.field.kind) {
      case KIND.none:
        return []
      case KIND.boolean:
        return this.#slice(this.#bytes!)
      case KIND.string:
        return this.#decodeStrings()
      case KIND.any:
        return unpackValues(this.#payload, this.#bytes!.start, this.#bytes!.start + this.#bytes!.length, this.rows, this.#tagged)
      default:
        return typedArrayAt(this.#payload, this.#array!) as ColumnData
    }
  }

  #decodeStrings(): string[] {
    const dictionary = this.dictionary()
    if (dictionary === null) return this.slices().strings()
    this.checkCodes(dictionary)
    const { entries, codes } = dictionary
    const strings: string[] = new Array(this.rows)
    for (let row = 0; row < this.rows; row++) strings[row] = entries[codes[row]!]!
    return strings
  }

  #slice(at: BytesAt): Uint8Array {
    return this.#payload.subarray(at.start, at.start + at.length)
  }

  /** Rows are to be read in any order, few of them perhaps: {@link ColumnReader.ownAt}. Throws MR_FRAME_CORRUPT for whatever keeps any of them from it. */
  open(): void {
    if (this.field.kind !== KIND.string) return void this.data()
    const dictionary = this.dictionary()
    if (dictionary === null) this.#ends = this.slices().ends()
    else this.checkCodes(dictionary)
  }

  /** As {@link ColumnReader.at}, of an open column. A text keeps no other alive; values that were packed are the same each time. */
  ownAt(row: number, marks: Uint8Array | null): unknown {
    if (this.field.kind !== KIND.string || (marks !== null && markAt(marks, row) !== MARK.value)) return this.at(row, marks)
    if (this.#ends === undefined) return ownString(this.#dictionary!.entries[this.#dictionary!.codes[row]!]!)
    const start = this.#bytes!.start
    const [from, to] = [start + (row === 0 ? 0 : this.#ends[row - 1]!), start + this.#ends[row]!]
    return this.#payload.toString(this.#unit === 1 ? 'latin1' : 'utf16le', from, to)
  }

  /** The value of one row, undefined where absent. */
  at(row: number, marks: Uint8Array | null): unknown {
    const mark = marks === null ? MARK.value : markAt(marks, row)
    if (mark !== MARK.value) return mark === MARK.null ? null : undefined
    const data = this.data()
    if (this.field.kind === KIND.boolean) return (((data[row >> 3] as number) >> (row & 7)) & 1) === 1
    return this.field.kind === KIND.date ? new Date(data[row] as number) : data[row]
  }
}

export function markAt(marks: Uint8Array, row: number): number {
  return (marks[row >> 2]! >> ((row & 3) << 1)) & 3
}

function isUnsigned(at: ArrayAt): boolean {
  return at.type === ARRAY_TYPE.uint8 || at.type === ARRAY_TYPE.uint16 || at.type === ARRAY_TYPE.uint32
}

/** Elements of a column by kind. */
const ELEMENTS: readonly number[] = [1, 2, 2, 2, 5, 2, 2, 4]
