import { compile } from './code-generation.ts'
import type { ColumnWriter } from './column-writer.ts'
import { KIND, isInt64, isPlainDate } from './kind.ts'
import type { Kind } from './kind.ts'
import { isPlainPrototype, matchFields } from './row-writer-interpreted.ts'
import type { FieldSchema, ShapeSchema } from './schema.ts'
import type { RowWriter } from './shape-writer.ts'

/**
 * Compiles the loop that takes records of one shape. Per record: the keys are compared in order (for-in walks V8's enum cache, 9 ns for
 * seven keys), every field is checked, and only then are the columns written, so that a record that does not fit leaves no trace.
 */
export function generateRowWriter(name: string, schema: ShapeSchema, columns: readonly ColumnWriter[]): RowWriter {
  const scope = { schema, columns, isPlainPrototype, matchFields, isInt64, isPlainDate, keys: schema.fields.map((field) => field.name) }
  return compile<RowWriter>(`${name}/encode`, scope, takeFunction(schema))
}

function takeFunction(schema: ShapeSchema): string {
  const { fields } = schema
  return `
const present = new Uint8Array(${fields.length})
return function take(records, from, to, row) {
${fields.map(declareColumn).join('\n')}
  let i = from
  rows: for (; i < to; i++, row++) {
    const r = records[i]
${schema.whole ? '' : matchRecord(fields)}
${fields.map((field, c) => checkField(field, c, schema.whole)).join('\n')}
${fields.map(putField).join('\n')}
  }
${fields.map(endColumn).join('\n')}
  return i
}`
}

function declareColumn(field: FieldSchema, c: number): string {
  const marks = isMarked(field) ? `const m${c} = columns[${c}].marks` : ''
  if (field.kind === KIND.none) return marks
  if (field.kind !== KIND.string) return `const a${c} = columns[${c}].values; ${marks}`
  return `const s${c} = columns[${c}], d${c} = s${c}.dictionary, e${c} = s${c}.entries, a${c} = s${c}.codes, l${c} = s${c}.lengths; ${marks}
  let t${c} = s${c}.text, w${c} = s${c}.longest`
}

function endColumn(field: FieldSchema, c: number): string {
  return field.kind === KIND.string ? `s${c}.text = t${c}; s${c}.longest = w${c}` : ''
}

function matchRecord(fields: readonly FieldSchema[]): string {
  const plain = `if (typeof r !== 'object' || r === null || (r.constructor !== Object && !isPlainPrototype(Object.getPrototypeOf(r)))) break`
  if (fields.some((field) => field.absentable)) return `${plain}\nif (!matchFields(r, schema, present)) break`
  return `${plain}
let n = 0
for (const key in r) { if (key !== keys[n]) break rows; n++ }
if (n !== ${fields.length}) break`
}

function checkField(field: FieldSchema, c: number, whole: boolean): string {
  const value = whole ? 'r' : `r[${JSON.stringify(field.name)}]`
  const test = testKind(field.kind, `v${c}`)
  const markNull = field.nullable ? `k${c} = v${c} === null ? 2 : v${c} === undefined ? 3 : 0` : ''
  if (field.absentable) {
    return `let k${c} = present[${c}], v${c}
if (k${c} === 0) { v${c} = ${value}; ${markNull}; if (${field.nullable ? `k${c} === 0 && ` : ''}!(${test})) break }`
  }
  if (field.nullable) return `const v${c} = ${value}; const ${markNull}; if (k${c} === 0 && !(${test})) break`
  return `const v${c} = ${value}; if (!(${test})) break`
}

function testKind(kind: Kind, value: string): string {
  switch (kind) {
    case KIND.none:
      return 'false'
    case KIND.boolean:
      return `typeof ${value} === 'boolean'`
    case KIND.int32:
      return `typeof ${value} === 'number' && (${value} | 0) === ${value} && !Object.is(${value}, -0)`
    case KIND.float64:
      return `typeof ${value} === 'number'`
    case KIND.string:
      return `typeof ${value} === 'string'`
    case KIND.date:
      return `isPlainDate(${value})`
    case KIND.bigint:
      return `typeof ${value} === 'bigint' && isInt64(${value})`
    case KIND.any:
      return 'true'
  }
}

function putField(field: FieldSchema, c: number): string {
  const put = putValue(field.kind, c, `v${c}`)
  return isMarked(field) ? `m${c}[row] = k${c}; if (k${c} === 0) { ${put} } else { ${putNothing(field.kind, c)} }` : put
}

function putValue(kind: Kind, c: number, value: string): string {
  switch (kind) {
    case KIND.none:
      return ''
    case KIND.boolean:
      return `a${c}[row] = ${value} ? 1 : 0`
    case KIND.string:
      return `if (d${c}) a${c}[row] = e${c}.codeOf(${value})
else { t${c} += ${value}; const x${c} = ${value}.length; l${c}[row] = x${c}; w${c} |= x${c} }`
    case KIND.date:
      return `a${c}[row] = ${value}.getTime()`
    default:
      return `a${c}[row] = ${value}`
  }
}

function putNothing(kind: Kind, c: number): string {
  if (kind === KIND.none) return ''
  if (kind === KIND.string) return putValue(kind, c, `''`)
  return `a${c}[row] = ${kind === KIND.any ? 'null' : kind === KIND.bigint ? '0n' : '0'}`
}

function isMarked(field: FieldSchema): boolean {
  return field.nullable || field.absentable
}
