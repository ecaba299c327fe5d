import { compile } from './code-generation.ts'
import type { CodecMode } from './code-generation.ts'
import type { ColumnData, ColumnReader } from './column-reader.ts'
import { markAt } from './column-reader.ts'
import { KIND } from './kind.ts'
import { MARK } from './payload.ts'
import type { FieldSchema, ShapeSchema } from './schema.ts'
import { setField } from './value-packing.ts'

/** Where the rows of a shape go: its i-th row is record `positions[i]` of the batch, or record i if null. */
export type Positions = Uint32Array | null

/** Makes the records of one shape and puts them in their places of `out`. */
export type RecordReader = (out: unknown[], positions: Positions, rows: number, columns: readonly ColumnReader[]) => void

export function createRecordReader(name: string, schema: ShapeSchema, mode: CodecMode): RecordReader {
  return mode === 'generated' ? generateRecordReader(name, schema) : interpretRecordReader(schema)
}

/** The twin of the generated readers: same records, no generated code. */
function interpretRecordReader(schema: ShapeSchema): RecordReader {
  return (out, positions, rows, columns) => {
    const marks = columns.map(column => (column.hasMarks ? column.marks() : null))
    for (let row = 0; row < rows; row++) {
      const place = positions === null ? row : positions[row]!
      out[place] = schema.whole ? columns[0]!.at(row, marks[0]!) : readFields(columns, marks, row)
    }
  }
}

function readFields(columns: readonly ColumnReader[], marks: readonly (Uint8Array | null)[], row: number): object {
  const record: Record<string, unknown> = {}
  for (let c = 0; c < columns.length; c++) {
    const bits = marks[c]!
    if (bits !== null && markAt(bits, row) === MARK.absent) continue
    setField(record, columns[c]!.field.name, columns[c]!.at(row, bits))
  }
  return record
}

type Rows = (out: unknown[], positions: Positions, rows: number, data: readonly ColumnData[], marks: readonly Uint8Array[]) => void

const NO_MARKS = new Uint8Array(0)

/** Compiles the loop that makes the records of one shape: an object literal per record, so that all get one hidden class at once. */
function generateRecordReader(name: string, schema: ShapeSchema): RecordReader {
  const fill = compile<Rows>(`${name}/decode`, { setField }, rowsFunction(schema))
  return (out, positions, rows, columns) => {
    const data = columns.map(column => column.data())
    const marks = columns.map(column => (isMarked(column.field) ? column.marks() : NO_MARKS))
    fill(out, positions, rows, data, marks)
  }
}

function rowsFunction(schema: ShapeSchema): string {
  const { fields } = schema
  const record = schema.whole ? readValue(fields[0]!, 0) : 'r'
  const loop = (place: string): string => `for (let i = 0; i < rows; i++) {
${schema.whole ? '' : makeRecord(fields)}
    out[${place}] = ${record}
  }`
  return `return function fill(out, positions, rows, data, marks) {
${fields.map((field, c) => `const a${c} = data[${c}]${isMarked(field) ? `, m${c} = marks[${c}]` : ''}`).join('\n')}
  if (positions === null) ${loop('i')}
  else ${loop('positions[i]')}
}`
}

/** Fields up to the first absentable one form a literal; the others are added one by one, so that the order of keys stays. */
function makeRecord(fields: readonly FieldSchema[]): string {
  const absentable = fields.findIndex(field => field.absentable)
  const certain = absentable < 0 ? fields.length : absentable
  const literal = fields.slice(0, certain).map((field, c) => `[${JSON.stringify(field.name)}]: ${readValue(field, c)}`)
  const added = fields.slice(certain).map((field, i) => addField(field, certain + i))
  return `const r = { ${literal.join(', ')} }\n${added.join('\n')}`
}

function addField(field: FieldSchema, c: number): string {
  const name = JSON.stringify(field.name)
  const value = readValue(field, c)
  const set = field.name === '__proto__' ? `setField(r, ${name}, ${value})` : `r[${name}] = ${value}`
  return field.absentable ? `if (${markOf(c)} !== 1) ${set}` : set
}

function readValue(field: FieldSchema, c: number): string {
  const value = readPresent(field, c)
  if (!isMarked(field)) return value
  return `(${markOf(c)} === 0 ? ${value} : ${markOf(c)} === 2 ? null : undefined)`
}

function readPresent(field: FieldSchema, c: number): string {
  switch (field.kind) {
    case KIND.none:
      return 'undefined'
    case KIND.boolean:
      return `((a${c}[i >> 3] >> (i & 7)) & 1) === 1`
    case KIND.date:
      return `new Date(a${c}[i])`
    default:
      return `a${c}[i]`
  }
}

function markOf(c: number): string {
  return `((m${c}[i >> 2] >> ((i & 3) << 1)) & 3)`
}

function isMarked(field: FieldSchema): boolean {
  return field.nullable || field.absentable
}
