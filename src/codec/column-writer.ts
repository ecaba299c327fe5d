import { MARK } from './payload.ts'
import type { PayloadWriter } from './payload-writer.ts'
import type { FieldSchema } from './schema.ts'

const NO_MARKS = new Uint8Array(0)

/**
 * One column of one shape while a batch is being encoded: rows are put in place, then written as one element of the payload.
 * Generated encoders write `marks` and the arrays of the subclasses themselves, by the same rules as `putMarked` and `put`.
 */
export abstract class ColumnWriter {
  readonly field: FieldSchema
  /** True if rows can be marked. */
  readonly marked: boolean
  /** MARK per row, if `marked`. */
  marks: Uint8Array = NO_MARKS
  #bits: Uint8Array = NO_MARKS

  constructor(field: FieldSchema) {
    this.field = field
    this.marked = field.nullable || field.absentable
  }

  /** Makes room for `rows` rows and forgets those of the last batch. */
  begin(rows: number): void {
    if (this.marked && this.marks.length < rows) this.marks = new Uint8Array(roomFor(rows))
  }

  /** True if the column holds `value` (neither null nor undefined) without loss. */
  abstract accepts(value: unknown): boolean
  /** Puts a value that is accepted. */
  abstract put(row: number, value: unknown): void
  /** Fills a row whose mark says it all. */
  abstract putNothing(row: number): void
  /** Writes the elements that follow the marks, `elements` of them. */
  abstract readonly elements: number
  protected abstract writeData(out: PayloadWriter, rows: number): void

  /** Appends the column to `out`. */
  write(out: PayloadWriter, rows: number): void {
    out.array(1 + this.elements)
    if (this.marked && this.#packMarks(rows)) out.bin(this.#bits, (rows + 3) >> 2)
    else out.nil()
    this.writeData(out, rows)
  }

  /** False if no row is marked. */
  #packMarks(rows: number): boolean {
    const { marks } = this
    const bytes = (rows + 3) >> 2
    if (this.#bits.length < bytes) this.#bits = new Uint8Array(roomFor(bytes))
    const bits = this.#bits.fill(0, 0, bytes)
    let any = 0
    for (let row = 0; row < rows; row++) {
      const mark = marks[row]!
      any |= mark
      bits[row >> 2]! |= mark << ((row & 3) << 1)
    }
    return any !== MARK.value
  }
}

/** Staging arrays grow in powers of two. */
export function roomFor(rows: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(64, rows)))
}
