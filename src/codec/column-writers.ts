import { ColumnWriter, roomFor } from './column-writer.ts'
import { KIND, isInt32, isInt64, isPlainDate } from './kind.ts'
import { ARRAY_TYPE } from './payload.ts'
import type { PayloadWriter } from './payload-writer.ts'
import type { RecordContext } from './plain-value.ts'
import type { FieldSchema } from './schema.ts'
import { StringColumnWriter } from './string-column-writer.ts'
import { packValues } from './value-packing.ts'

export function createColumnWriter(field: FieldSchema, context: RecordContext): ColumnWriter {
  switch (field.kind) {
    case KIND.none:
      return new NoneColumnWriter(field)
    case KIND.boolean:
      return new BooleanColumnWriter(field)
    case KIND.int32:
      return new Int32ColumnWriter(field)
    case KIND.float64:
      return new Float64ColumnWriter(field)
    case KIND.string:
      return new StringColumnWriter(field)
    case KIND.date:
      return new DateColumnWriter(field)
    case KIND.bigint:
      return new BigintColumnWriter(field)
    case KIND.any:
      return new AnyColumnWriter(field, context)
  }
}

class NoneColumnWriter extends ColumnWriter {
  readonly elements = 0
  accepts(): boolean {
    return false
  }
  put(): void {}
  putNothing(): void {}
  protected writeData(): void {}
}

export class BooleanColumnWriter extends ColumnWriter {
  readonly elements = 1
  /** 0 or 1 per row. */
  values = new Uint8Array(0)
  #bits = new Uint8Array(0)

  override begin(rows: number): void {
    super.begin(rows)
    if (this.values.length < rows) {
      this.values = new Uint8Array(roomFor(rows))
      this.#bits = new Uint8Array(roomFor(rows) >> 3)
    }
  }
  accepts(value: unknown): boolean {
    return typeof value === 'boolean'
  }
  put(row: number, value: unknown): void {
    this.values[row] = value === true ? 1 : 0
  }
  putNothing(row: number): void {
    this.values[row] = 0
  }
  protected writeData(out: PayloadWriter, rows: number): void {
    const { values } = this
    const bytes = (rows + 7) >> 3
    const bits = this.#bits.fill(0, 0, bytes)
    for (let row = 0; row < rows; row++) bits[row >> 3]! |= values[row]! << (row & 7)
    out.bin(bits, bytes)
  }
}

export class Int32ColumnWriter extends ColumnWriter {
  readonly elements = 1
  values = new Int32Array(0)
  #bytes = new Uint8Array(0)

  override begin(rows: number): void {
    super.begin(rows)
    if (this.values.length < rows) {
      this.values = new Int32Array(roomFor(rows))
      this.#bytes = new Uint8Array(this.values.buffer)
    }
  }
  accepts(value: unknown): boolean {
    return typeof value === 'number' && isInt32(value)
  }
  put(row: number, value: unknown): void {
    this.values[row] = value as number
  }
  putNothing(row: number): void {
    this.values[row] = 0
  }
  protected writeData(out: PayloadWriter, rows: number): void {
    out.typedArray(ARRAY_TYPE.int32, this.#bytes, 4 * rows)
  }
}

export class Float64ColumnWriter extends ColumnWriter {
  readonly elements = 1
  values = new Float64Array(0)
  #bytes = new Uint8Array(0)

  override begin(rows: number): void {
    super.begin(rows)
    if (this.values.length < rows) {
      this.values = new Float64Array(roomFor(rows))
      this.#bytes = new Uint8Array(this.values.buffer)
    }
  }
  accepts(value: unknown): boolean {
    return typeof value === 'number'
  }
  put(row: number, value: unknown): void {
    this.values[row] = value as number
  }
  putNothing(row: number): void {
    this.values[row] = 0
  }
  protected writeData(out: PayloadWriter, rows: number): void {
    out.typedArray(ARRAY_TYPE.float64, this.#bytes, 8 * rows)
  }
}

export class DateColumnWriter extends Float64ColumnWriter {
  override accepts(value: unknown): boolean {
    return isPlainDate(value)
  }
  override put(row: number, value: unknown): void {
    this.values[row] = (value as Date).getTime()
  }
}

export class BigintColumnWriter extends ColumnWriter {
  readonly elements = 1
  values = new BigInt64Array(0)
  #bytes = new Uint8Array(0)

  override begin(rows: number): void {
    super.begin(rows)
    if (this.values.length < rows) {
      this.values = new BigInt64Array(roomFor(rows))
      this.#bytes = new Uint8Array(this.values.buffer)
    }
  }
  accepts(value: unknown): boolean {
    return typeof value === 'bigint' && isInt64(value)
  }
  put(row: number, value: unknown): void {
    this.values[row] = value as bigint
  }
  putNothing(row: number): void {
    this.values[row] = 0n
  }
  protected writeData(out: PayloadWriter, rows: number): void {
    out.typedArray(ARRAY_TYPE.int64, this.#bytes, 8 * rows)
  }
}

/** Holds everything that is plain data; what is not is found when the column is written. */
export class AnyColumnWriter extends ColumnWriter {
  readonly elements = 3
  /** One per row. Dropped when written, so that no record outlives its batch here. */
  values: unknown[] = []
  readonly #context: RecordContext

  constructor(field: FieldSchema, context: RecordContext) {
    super(field)
    this.#context = context
  }
  override begin(rows: number): void {
    super.begin(rows)
    this.values = []
  }
  accepts(): boolean {
    return true
  }
  put(row: number, value: unknown): void {
    this.values[row] = value
  }
  putNothing(row: number): void {
    this.values[row] = null
  }
  protected writeData(out: PayloadWriter): void {
    const { tagged, bytes } = packValues(this.values, this.field.name, this.#context)
    this.values = []
    out.boolean(tagged)
    out.uint(bytes.length)
    out.raw(bytes)
  }
}
