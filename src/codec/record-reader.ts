import { compile } from './code-generation.ts'
import type { CodecMode } from './code-generation.ts'
import type { ColumnData, ColumnReader, Dictionary } from './column-reader.ts'
import { markAt } from './column-reader.ts'
import { KIND } from './kind.ts'
import { MARK } from './payload.ts'
import type { Runs } from './runs.ts'
import type { FieldSchema, ShapeSchema } from './schema.ts'
import type { StringSlices } from './string-slices.ts'
import { setField } from './value-packing.ts'

/** Makes the records of shape `shape` and puts them in their places of `out`. */
export type RecordReader = (out: unknown[], runs: Runs, shape: number, columns: readonly ColumnReader[]) => void

export function createRecordReader(name: string, schema: ShapeSchema, mode: CodecMode): RecordReader {
  return mode === 'generated' ? generateRecordReader(name, schema) : interpretRecordReader(schema)
}

/** The twin of the generated readers: same records, no generated code. */
function interpretRecordReader(schema: ShapeSchema): RecordReader {
  return (out, { shapes, ends }, shape, columns) => {
    const marks = columns.map((column) => (column.hasMarks ? column.marks() : null))
    let row = 0
    for (let run = 0, place = 0; run < ends.length; run++) {
      if (shapes[run] !== shape) place = ends[run]!
      for (; place < ends[run]!; place++, row++) {
        out[place] = schema.whole ? columns[0]!.at(row, marks[0]!) : readFields(columns, marks, row)
      }
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

/** How a column comes to the generated loop. */
const FORM = { data: 0, dictionary: 1, constant: 2, slices: 3 } as const
type Form = (typeof FORM)[keyof typeof FORM]

/** String columns beyond these are decoded before the loop, so that a number names every combination of forms. */
const FORMED_COLUMNS_MAX = 20
/** Columns change their form seldom. */
const LOOPS_PER_SHAPE_MAX = 16

/** What the generated loop reads one column from. */
interface Source {
  readonly column: ColumnReader
  readonly form: Form
  readonly data: ColumnData | null
  readonly marks: Uint8Array | null
  /** Of a string column: its dictionary, or its slices. */
  readonly dictionary: Dictionary | null
  readonly slices: StringSlices | null
}

type Fill = (out: unknown[], runs: Runs, shape: number, sources: readonly Source[]) => void

/**
 * Compiles the loops that make the records of one shape: an object literal per record, so that all get one hidden class at once.
 * There is one loop for each combination of forms in which the string columns come: one loop for all would keep too many values
 * alive.
 */
function generateRecordReader(name: string, schema: ShapeSchema): RecordReader {
  const loops = new Map<number, Fill>()
  return (out, runs, shape, columns) => {
    const sources: Source[] = []
    let forms = 0
    for (let c = 0; c < columns.length; c++) {
      const source = sourceOf(columns[c]!, c < FORMED_COLUMNS_MAX)
      sources.push(source)
      if (c < FORMED_COLUMNS_MAX) forms = forms * 4 + source.form
    }
    let fill = loops.get(forms)
    if (fill === undefined) {
      if (loops.size === LOOPS_PER_SHAPE_MAX) loops.clear()
      fill = compile<Fill>(`${name}/decode`, { setField }, fillFunction(schema, sources))
      loops.set(forms, fill)
    }
    fill(out, runs, shape, sources)
  }
}

function sourceOf(column: ColumnReader, formed: boolean): Source {
  const marks = isMarked(column.field) ? column.marks() : null
  if (column.field.kind !== KIND.string || !formed) {
    return { column, form: FORM.data, data: column.data(), marks, dictionary: null, slices: null }
  }
  const dictionary = column.dictionary()
  if (dictionary === null) return { column, form: FORM.slices, data: null, marks, dictionary, slices: column.slices() }
  return { column, form: dictionary.entries.length === 1 ? FORM.constant : FORM.dictionary, data: null, marks, dictionary, slices: null }
}

function fillFunction(schema: ShapeSchema, sources: readonly Source[]): string {
  const { fields } = schema
  const record = schema.whole ? readValue(fields[0]!, sources[0]!, 0) : 'r'
  return `return function fill(out, { shapes, ends }, shape, sources) {
${fields.map((field, c) => declareSource(field, sources[c]!, c)).join('\n')}
  let i = 0
  for (let run = 0, place = 0; run < ends.length; run++) {
    const end = ends[run]
    if (shapes[run] !== shape) { place = end; continue }
    for (; place < end; place++, i++) {
${sources.map(readString).join('\n')}
${schema.whole ? '' : makeRecord(fields, sources)}
      out[place] = ${record}
    }
  }
}`
}

function declareSource(field: FieldSchema, { form }: Source, c: number): string {
  const marks = isMarked(field) ? `const m${c} = sources[${c}].marks` : ''
  switch (form) {
    case FORM.data:
      return `const a${c} = sources[${c}].data; ${marks}`
    case FORM.dictionary:
      return `const x${c} = sources[${c}].dictionary.entries, k${c} = sources[${c}].dictionary.codes; ${marks}`
    case FORM.constant:
      return `const v${c} = sources[${c}].dictionary.entries[0]; ${marks}`
    case FORM.slices:
      return `const s${c} = sources[${c}].slices, l${c} = s${c}.lengths; let t${c} = '', e${c} = 0, p${c} = 0; ${marks}`
  }
}

/** Strings are read for marked rows too (they are empty there), so that slices are taken in step with the rows. */
function readString({ form }: Source, c: number): string {
  if (form === FORM.dictionary) return `const v${c} = x${c}[k${c}[i]]; if (v${c} === undefined) sources[${c}].column.corruptCode()`
  if (form !== FORM.slices) return ''
  return `if (i === e${c}) { t${c} = s${c}.next(); e${c} = s${c}.end; p${c} = 0 }
const v${c} = t${c}.substring(p${c}, p${c} += l${c}[i])`
}

/** Fields up to the first absentable one form a literal; the others are added one by one, so that the order of keys stays. */
function makeRecord(fields: readonly FieldSchema[], sources: readonly Source[]): string {
  const absentable = fields.findIndex((field) => field.absentable)
  const certain = absentable < 0 ? fields.length : absentable
  const value = (c: number): string => readValue(fields[c]!, sources[c]!, c)
  const literal = fields.slice(0, certain).map((field, c) => `${literalKey(field.name)}: ${value(c)}`)
  const added = fields.slice(certain).map((field, i) => addField(field, certain + i, value(certain + i)))
  return `const r = { ${literal.join(', ')} }\n${added.join('\n')}`
}

/** In brackets, `__proto__` is a field; all other names without, since V8 makes such objects twice as fast. */
function literalKey(name: string): string {
  return name === '__proto__' ? `["__proto__"]` : JSON.stringify(name)
}

function addField(field: FieldSchema, c: number, value: string): string {
  const name = JSON.stringify(field.name)
  const set = field.name === '__proto__' ? `setField(r, ${name}, ${value})` : `r[${name}] = ${value}`
  return field.absentable ? `if (${markOf(c)} !== 1) ${set}` : set
}

function readValue(field: FieldSchema, { form }: Source, c: number): string {
  const value = form === FORM.data ? readData(field, c) : `v${c}`
  if (!isMarked(field)) return value
  return `(${markOf(c)} === 0 ? ${value} : ${markOf(c)} === 2 ? null : undefined)`
}

function readData(field: FieldSchema, c: number): string {
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
