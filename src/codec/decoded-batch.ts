import type { ColumnReader, Dictionary } from './column-reader.ts'
import type { DictionaryMemory } from './dictionary-memory.ts'
import { KIND } from './kind.ts'
import { MARK } from './payload.ts'
import { markAt } from './column-reader.ts'
import { typedArrayAt } from './payload-reader.ts'
import type { ArrayAt } from './payload-reader.ts'
import type { RecordReader } from './record-reader.ts'
import { RecordRows } from './record-rows.ts'
import { scatter, scatterNumbers } from './runs.ts'
import type { Runs } from './runs.ts'
import type { ShapeSchema } from './schema.ts'

/** A shape as a decoder knows it. */
export interface KnownShape {
  readonly schema: ShapeSchema
  /** Column of each field. */
  readonly columnOf: ReadonlyMap<string, number>
  readonly read: RecordReader
  /** One per column. */
  readonly memories: readonly DictionaryMemory[]
}

/** The rows of one shape in one batch. */
export interface ShapeRows {
  readonly shape: KnownShape
  readonly rows: number
  readonly columns: readonly ColumnReader[]
}

/** A decoded frame. Columns are decoded when first used; their numbers may be views of the payload. */
export interface DecodedBatch {
  /** Records in the batch. */
  readonly length: number
  /** Event time of each record in milliseconds, NaN for none; null if the batch has no timestamps. */
  readonly timestamps: Float64Array | null
  /** All records, made once. Throws MR_FRAME_CORRUPT. */
  records(): unknown[]
  /** A top-level field of all records as numbers, without making records; null unless every record has it as a number. */
  numbers(field: string): Int32Array | Float64Array | null
  /** A top-level field of all records, undefined where absent, without making records where the field is a column. */
  values(field: string): ArrayLike<unknown>
  /** A top-level field of all records as distinct strings and the index of each record's among them; null unless it travelled so. */
  dictionary(field: string): Dictionary | null
}

export class FrameBatch implements DecodedBatch {
  readonly length: number
  readonly #payload: Buffer
  readonly #timestampsAt: ArrayAt | null
  readonly #shapes: readonly ShapeRows[]
  readonly #runs: Runs
  #timestamps: Float64Array | null | undefined
  #records: unknown[] | undefined

  constructor(length: number, payload: Buffer, timestampsAt: ArrayAt | null, shapes: readonly ShapeRows[], runs: Runs) {
    this.length = length
    this.#payload = payload
    this.#timestampsAt = timestampsAt
    this.#shapes = shapes
    this.#runs = runs
  }

  get timestamps(): Float64Array | null {
    if (this.#timestamps === undefined) {
      this.#timestamps = this.#timestampsAt === null ? null : (typedArrayAt(this.#payload, this.#timestampsAt) as Float64Array)
    }
    return this.#timestamps
  }

  records(): unknown[] {
    if (this.#records !== undefined) return this.#records
    const out: unknown[] = new Array(this.length)
    this.#shapes.forEach(({ shape, columns }, s) => shape.read(out, this.#runs, s, columns))
    return (this.#records = out)
  }

  /** The records one by one, in any order. Throws MR_FRAME_CORRUPT. */
  rows(): RecordRows {
    return new RecordRows(this.length, this.#shapes, this.#runs)
  }

  numbers(field: string): Int32Array | Float64Array | null {
    const parts: ArrayLike<number>[] = []
    for (const part of this.#shapes) {
      const numbers = numbersOf(part, field)
      if (numbers === null) return null
      parts.push(numbers)
    }
    const only = parts[0]
    if (parts.length === 1 && (only instanceof Int32Array || only instanceof Float64Array)) return only
    const narrow = parts.every((part) => part instanceof Int32Array)
    const out = narrow ? new Int32Array(this.length) : new Float64Array(this.length)
    parts.forEach((part, s) => scatterNumbers(part, this.#runs, s, out))
    return out
  }

  values(field: string): ArrayLike<unknown> {
    const parts = this.#shapes.map((part) => valuesOf(part, field))
    if (parts.length === 1) return parts[0]!
    const out = new Array<unknown>(this.length)
    parts.forEach((part, s) => scatter(part, this.#runs, s, out))
    return out
  }

  dictionary(field: string): Dictionary | null {
    if (this.#shapes.length !== 1) return null
    const column = columnOf(this.#shapes[0]!, field)
    if (column === undefined || column.hasMarks || column.field.kind !== KIND.string) return null
    const dictionary = column.dictionary()
    if (dictionary !== null) column.checkCodes(dictionary)
    return dictionary
  }
}

function columnOf({ shape, columns }: ShapeRows, field: string): ColumnReader | undefined {
  const c = shape.schema.whole ? undefined : shape.columnOf.get(field)
  return c === undefined ? undefined : columns[c]
}

function numbersOf(part: ShapeRows, field: string): ArrayLike<number> | null {
  const column = columnOf(part, field)
  if (column !== undefined && !column.hasMarks && (column.field.kind === KIND.int32 || column.field.kind === KIND.float64)) {
    return column.data() as ArrayLike<number>
  }
  const mayHold = column === undefined ? part.shape.schema.whole : column.field.kind === KIND.any
  if (!mayHold) return null
  const values = valuesOf(part, field)
  for (let row = 0; row < part.rows; row++) if (typeof values[row] !== 'number') return null
  return values as ArrayLike<number>
}

/** By row of the shape. */
function valuesOf(part: ShapeRows, field: string): ArrayLike<unknown> {
  const column = columnOf(part, field)
  if (column === undefined) return part.shape.schema.whole ? fieldOfWhole(part, field) : new Array<unknown>(part.rows).fill(undefined)
  const ready = !column.hasMarks && column.field.kind !== KIND.boolean && column.field.kind !== KIND.date
  if (ready) return column.data()
  const marks = column.hasMarks ? column.marks() : null
  const values: unknown[] = new Array(part.rows)
  for (let row = 0; row < part.rows; row++) values[row] = column.at(row, marks)
  return values
}

/** The field of records that were packed as they are. Like a column, it has own fields of plain objects only. */
function fieldOfWhole({ columns, rows }: ShapeRows, field: string): unknown[] {
  const column = columns[0]!
  const marks = column.hasMarks ? column.marks() : null
  const values: unknown[] = new Array(rows)
  for (let row = 0; row < rows; row++) {
    const record = marks !== null && markAt(marks, row) !== MARK.value ? null : column.at(row, null)
    const plain = typeof record === 'object' && record !== null && Object.getPrototypeOf(record) === Object.prototype
    values[row] = plain && Object.hasOwn(record, field) ? (record as Record<string, unknown>)[field] : undefined
  }
  return values
}
