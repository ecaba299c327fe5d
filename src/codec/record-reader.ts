import { compile } from './code-generation.ts'
import type { CodecMode } from './code-generation.ts'
import type { ColumnData, ColumnReader, Dictionary } from './column-reader.ts'
import { markAt } from './column-reader.ts'
import { KIND } from './kind.ts'
import { MARK } from './payload.ts'
import type { FieldSchema, ShapeSchema } from './schema.ts'
import type { StringSlices } from './string-slices.ts'
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

/** What the generated loop reads one column from. */
interface Source {
  readonly column: ColumnReader
  readonly data: ColumnData | null
  readonly marks: Uint8Array | null
  /** Of a string column: its dictionary, or its slices. */
  readonly dictionary: Dictionary | null
  readonly slices: StringSlices | null
}

type Fill = (out: unknown[], positions: Positions, rows: number, sources: readonly Source[]) => void

/**
 * Compiles the loops that make the records of one shape: an object literal per record, so that all get one hidden class at once. There is one loop for each
 * way in which the string columns come (dictionary or slices) and the rows go: one loop for all would keep too many values alive.
 */
function generateRecordReader(name: string, schema: ShapeSchema): RecordReader {
  const loops = new Map<string, Fill>()
  return (out, positions, rows, columns) => {
    const sources = columns.map(sourceOf)
    const scattered = positions !== null
    const layout = sources.map(source => (source.dictionary === null ? 's' : 'd')).join('') + (scattered ? '*' : '')
    let fill = loops.get(layout)
    if (fill === undefined) {
      if (loops.size === LOOPS_PER_SHAPE_MAX) loops.clear()
      fill = compile<Fill>(`${name}/decode`, { setField }, fillFunction(schema, sources, scattered))
      loops.set(layout, fill)
    }
    fill(out, positions, rows, sources)
  }
}

/** Columns change between dictionary and slices seldom. */
const LOOPS_PER_SHAPE_MAX = 16

function sourceOf(column: ColumnReader): Source {
  const marks = isMarked(column.field) ? column.marks() : null
  if (column.field.kind !== KIND.string) return { column, data: column.data(), marks, dictionary: null, slices: null }
  const dictionary = column.dictionary()
  return { column, data: null, marks, dictionary, slices: dictionary === null ? column.slices() : null }
}

function fillFunction(schema: ShapeSchema, sources: readonly Source[], scattered: boolean): string {
  const { fields } = schema
  const record = schema.whole ? readValue(fields[0]!, 0) : 'r'
  return `return function fill(out, positions, rows, sources) {
${fields.map((field, c) => declareSource(field, c, sources[c]!)).join('\n')}
  for (let i = 0; i < rows; i++) {
${fields.map((field, c) => readString(field, c, sources[c]!)).join('\n')}
${schema.whole ? '' : makeRecord(fields)}
    out[${scattered ? 'positions[i]' : 'i'}] = ${record}
  }
}`
}

function declareSource(field: FieldSchema, c: number, source: Source): string {
  const marks = isMarked(field) ? `const m${c} = sources[${c}].marks` : ''
  if (field.kind !== KIND.string) return `const a${c} = sources[${c}].data; ${marks}`
  if (source.dictionary !== null) return `const x${c} = sources[${c}].dictionary.entries, k${c} = sources[${c}].dictionary.codes; ${marks}`
  return `const s${c} = sources[${c}].slices, l${c} = s${c}.lengths; let t${c} = '', e${c} = 0, p${c} = 0; ${marks}`
}

/** Strings are read for marked rows too (they are empty there), so that slices are taken in step with the rows. */
function readString(field: FieldSchema, c: number, source: Source): string {
  if (field.kind !== KIND.string) return ''
  if (source.dictionary !== null) return `const v${c} = x${c}[k${c}[i]]; if (v${c} === undefined) sources[${c}].column.corruptCode()`
  return `if (i === e${c}) { t${c} = s${c}.next(); e${c} = s${c}.end; p${c} = 0 }
const v${c} = t${c}.substring(p${c}, p${c} += l${c}[i])`
}

/** Fields up to the first absentable one form a literal; the others are added one by one, so that the order of keys stays. */
function makeRecord(fields: readonly FieldSchema[]): string {
  const absentable = fields.findIndex(field => field.absentable)
  const certain = absentable < 0 ? fields.length : absentable
  const literal = fields.slice(0, certain).map((field, c) => `${literalKey(field.name)}: ${readValue(field, c)}`)
  const added = fields.slice(certain).map((field, i) => addField(field, certain + i))
  return `const r = { ${literal.join(', ')} }\n${added.join('\n')}`
}

/** In brackets, `__proto__` is a field; all other names without, since V8 makes such objects twice as fast. */
function literalKey(name: string): string {
  return name === '__proto__' ? `["__proto__"]` : JSON.stringify(name)
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
    case KIND.string:
      return `v${c}`
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
