import type { ColumnWriter } from './column-writer.ts'
import { KIND } from './kind.ts'
import { MARK } from './payload.ts'
import type { ShapeSchema } from './schema.ts'
import type { RowWriter } from './shape-writer.ts'

/** The twin of the generated row writers: same decisions, same bytes, no generated code. */
export function interpretRowWriter(schema: ShapeSchema, columns: readonly ColumnWriter[]): RowWriter {
  return schema.whole ? interpretWholeRecords(columns[0]!) : interpretFields(schema, columns)
}

function interpretWholeRecords(column: ColumnWriter): RowWriter {
  return (records, from, to, row) => {
    for (let i = from; i < to; i++, row++) {
      const record = records[i]
      const mark = markOf(record)
      if (!fits(column, mark, record)) return i
      putRow(column, row, mark, record)
    }
    return to
  }
}

function interpretFields(schema: ShapeSchema, columns: readonly ColumnWriter[]): RowWriter {
  const marks = new Uint8Array(columns.length)
  const values: unknown[] = new Array(columns.length).fill(undefined)
  return (records, from, to, row) => {
    let i = from
    for (; i < to; i++, row++) {
      const record = records[i]
      if (!isPlainRecord(record) || !matchFields(record, schema, marks)) break
      if (!fitAll(record, columns, marks, values)) break
      for (let c = 0; c < columns.length; c++) putRow(columns[c]!, row, marks[c]!, values[c])
    }
    values.fill(undefined)
    return i
  }
}

/** True for objects whose fields are all of their own: literals and null-prototype objects. */
export function isPlainRecord(record: unknown): record is Record<string, unknown> {
  if (typeof record !== 'object' || record === null) return false
  return record.constructor === Object || isPlainPrototype(Object.getPrototypeOf(record))
}

/** For records that have a field `constructor`, and for null-prototype objects. */
export function isPlainPrototype(prototype: unknown): boolean {
  return prototype === null || prototype === Object.prototype
}

/** True if the record's keys are the shape's, in order, but for absent ones, which get their mark. */
export function matchFields(record: object, schema: ShapeSchema, marks: Uint8Array): boolean {
  const { fields } = schema
  let c = 0
  for (const key in record) {
    while (c < fields.length && fields[c]!.name !== key) {
      if (!fields[c]!.absentable) return false
      marks[c++] = MARK.absent
    }
    if (c === fields.length) return false
    marks[c++] = MARK.value
  }
  for (; c < fields.length; c++) {
    if (!fields[c]!.absentable) return false
    marks[c] = MARK.absent
  }
  return true
}

function fitAll(record: Record<string, unknown>, columns: readonly ColumnWriter[], marks: Uint8Array, values: unknown[]): boolean {
  for (let c = 0; c < columns.length; c++) {
    if (marks[c] === MARK.absent) continue
    const column = columns[c]!
    const value = record[column.field.name]
    const mark = markOf(value)
    if (!fits(column, mark, value)) return false
    marks[c] = mark
    values[c] = value
  }
  return true
}

function markOf(value: unknown): number {
  return value === null ? MARK.null : value === undefined ? MARK.undefined : MARK.value
}

/** A column of kind any without marks keeps null and undefined as values. */
function fits(column: ColumnWriter, mark: number, value: unknown): boolean {
  return mark === MARK.value ? column.accepts(value) : column.field.nullable || column.field.kind === KIND.any
}

function putRow(column: ColumnWriter, row: number, mark: number, value: unknown): void {
  if (column.marked) column.marks[row] = mark
  if (column.marked && mark !== MARK.value) column.putNothing(row)
  else column.put(row, value)
}
