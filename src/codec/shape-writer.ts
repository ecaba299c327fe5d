import { resolveMode } from './code-generation.ts'
import type { CodecMode } from './code-generation.ts'
import type { ColumnWriter } from './column-writer.ts'
import { createColumnWriter } from './column-writers.ts'
import { generateRowWriter } from './row-writer-generated.ts'
import { interpretRowWriter } from './row-writer-interpreted.ts'
import { CODE_ABSENTABLE, CODE_NULLABLE } from './payload.ts'
import { PayloadWriter } from './payload-writer.ts'
import type { RecordContext } from './plain-value.ts'
import type { ShapeSchema } from './schema.ts'

/**
 * Puts records[from], records[from + 1], ... into the columns until one does not fit the shape, or `to`; returns the index where it
 * stopped. `row` is the first free row.
 */
export type RowWriter = (records: readonly unknown[], from: number, to: number, row: number) => number

/** One shape of an edge on its sending side: its schema, its columns, and the code that fills them. */
export class ShapeWriter {
  readonly schema: ShapeSchema
  readonly columns: readonly ColumnWriter[]
  /** The shape's element of the schema table. */
  readonly descriptor: Uint8Array
  /** Rows of the current batch. */
  rows = 0
  /** Batches since this shape last had a row. */
  idleBatches = 0
  readonly #write: RowWriter

  constructor(schema: ShapeSchema, name: string, mode: CodecMode, context: RecordContext) {
    this.schema = schema
    this.columns = schema.fields.map((field) => createColumnWriter(field, context))
    this.descriptor = describe(schema)
    const generate = resolveMode(mode) === 'generated'
    this.#write = generate ? generateRowWriter(name, schema, this.columns) : interpretRowWriter(schema, this.columns)
  }

  begin(rows: number): void {
    this.rows = 0
    for (const column of this.columns) column.begin(rows)
  }

  /** Takes records from `from` on while they fit; returns the index of the first that does not, or `to`. */
  take(records: readonly unknown[], from: number, to: number): number {
    const next = this.#write(records, from, to, this.rows)
    this.rows += next - from
    return next
  }

  writeColumns(out: PayloadWriter): void {
    for (const column of this.columns) column.write(out, this.rows)
  }
}

export function describe(schema: ShapeSchema): Uint8Array {
  const out = new PayloadWriter()
  out.array(2 * schema.fields.length)
  for (const field of schema.fields) {
    if (schema.whole) out.nil()
    else out.name(field.name)
    out.uint(field.kind | (field.nullable ? CODE_NULLABLE : 0) | (field.absentable ? CODE_ABSENTABLE : 0))
  }
  return Uint8Array.from(out.bytes())
}
