import { MillraceError } from '../errors.ts'
import type { ColumnWriter } from './column-writer.ts'
import { createColumnWriter } from './column-writers.ts'
import { writeTimestamps } from './frame-writer.ts'
import { KIND, joinKinds, kindOf } from './kind.ts'
import type { Kind } from './kind.ts'
import { ARRAY_TYPE, MARK, PAYLOAD_HEADER_ELEMENTS, PAYLOAD_VERSION } from './payload.ts'
import { PayloadWriter } from './payload-writer.ts'
import type { RecordContext } from './plain-value.ts'
import { createField } from './schema.ts'
import type { FieldSchema } from './schema.ts'
import { describe } from './shape-writer.ts'

/** A column that is ready: typed numbers, or any encodable values. */
export interface EncodableColumn {
  readonly name: string
  readonly values: Int32Array | Float64Array | readonly unknown[]
}

/** Writes payloads of one shape whose columns exist already. */
export class TableWriter {
  readonly #context: RecordContext
  readonly #out = new PayloadWriter()
  /** Columns of values that are not typed arrays, used again while name and kind stay. */
  readonly #columns: (ColumnWriter | undefined)[] = []
  /** The schema table of the last payload. */
  #fields: readonly FieldSchema[] = []
  #descriptor = describe({ whole: false, fields: [] })

  constructor(context: RecordContext) {
    this.#context = context
  }

  write(columns: readonly EncodableColumn[], count: number, timestamps: Float64Array | null): Uint8Array {
    for (const { name, values } of columns) {
      if (values.length < count) throw new MillraceError('MR_OPTION_INVALID', `column ${name} has ${values.length} of count=${count} rows`)
    }
    if (timestamps !== null && timestamps.length < count) throw new MillraceError('MR_OPTION_INVALID', `timestamps.length < count=${count}`)
    const fields = columns.map((column) => fieldOf(column, count))
    this.#describe(fields)
    const out = this.#out
    out.reset()
    out.array(PAYLOAD_HEADER_ELEMENTS + columns.length)
    out.uint(PAYLOAD_VERSION)
    out.array(1)
    out.raw(this.#descriptor)
    out.uint(count)
    writeTimestamps(out, timestamps === null ? null : timestamps.subarray(0, count))
    if (columns.length > 0) out.nil()
    else out.bin(new Uint8Array(count), count)
    columns.forEach((column, c) => this.#writeColumn(c, fields[c]!, column.values, count))
    return out.bytes()
  }

  #describe(fields: readonly FieldSchema[]): void {
    const known = this.#fields
    const same = known.length === fields.length && fields.every((field, c) => sameField(field, known[c]!))
    if (same) return
    this.#descriptor = describe({ whole: false, fields })
    this.#fields = fields
  }

  #writeColumn(c: number, field: FieldSchema, values: EncodableColumn['values'], count: number): void {
    if (values instanceof Int32Array || values instanceof Float64Array) {
      const out = this.#out
      out.array(2)
      out.nil()
      const width = values.BYTES_PER_ELEMENT
      const type = values instanceof Int32Array ? ARRAY_TYPE.int32 : ARRAY_TYPE.float64
      out.typedArray(type, new Uint8Array(values.buffer, values.byteOffset, count * width), count * width)
      return
    }
    let column = this.#columns[c]
    if (column === undefined || !sameField(column.field, field)) column = this.#columns[c] = createColumnWriter(field, this.#context)
    column.begin(count)
    for (let row = 0; row < count; row++) {
      const value = values[row]
      const mark = value === null ? MARK.null : value === undefined ? MARK.undefined : MARK.value
      if (column.marked) column.marks[row] = mark
      if (mark === MARK.value) column.put(row, value)
      else column.putNothing(row)
    }
    column.write(this.#out, count)
  }
}

function fieldOf({ name, values }: EncodableColumn, count: number): FieldSchema {
  if (values instanceof Int32Array) return createField(name, KIND.int32, false, false)
  if (values instanceof Float64Array) return createField(name, KIND.float64, false, false)
  let kind: Kind = KIND.none
  let nullable = false
  for (let row = 0; row < count; row++) {
    const value = values[row]
    if (value === null || value === undefined) nullable = true
    else if (kind !== KIND.any) kind = joinKinds(kind, kindOf(value))
  }
  return createField(name, kind, nullable, false)
}

function sameField(a: FieldSchema, b: FieldSchema): boolean {
  return a.name === b.name && a.kind === b.kind && a.nullable === b.nullable && a.absentable === b.absentable
}
