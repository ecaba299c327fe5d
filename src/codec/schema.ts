import { COLUMNS_PER_SHAPE_MAX } from '../limits.ts'
import { KIND, joinKinds } from './kind.ts'
import type { Kind } from './kind.ts'

/** What one column can hold. */
export interface FieldSchema {
  readonly name: string
  readonly kind: Kind
  /** null and undefined occur. */
  readonly nullable: boolean
  /** The field may be missing. */
  readonly absentable: boolean
}

/**
 * A shape: records with these fields in this order. A `whole` shape is one for records that are not plain objects: it has one field, the
 * record itself, whose name is ''.
 */
export interface ShapeSchema {
  readonly whole: boolean
  readonly fields: readonly FieldSchema[]
}

/** Same fields in the same order, whatever their kinds. */
export function sameFields(a: ShapeSchema, b: ShapeSchema): boolean {
  return a.whole === b.whole && a.fields.length === b.fields.length && a.fields.every((field, i) => field.name === b.fields[i]!.name)
}

/** True if everything that `b` can hold, `a` can hold too; both have the same fields. */
export function covers(a: ShapeSchema, b: ShapeSchema): boolean {
  return a.fields.every((field, i) => {
    const other = b.fields[i]!
    return joinField(field, other).kind === field.kind && (field.nullable || !other.nullable) && (field.absentable || !other.absentable)
  })
}

/** Lists of fields that share less than this part of all their fields are not made one. */
const LIKENESS_MIN = 0.5

/** Share of the names of both that are names of each, 0 to 1. */
export function likeness(a: readonly string[], b: readonly string[]): number {
  let common = 0
  for (const name of a) if (b.includes(name)) common++
  return common === 0 ? 0 : common / (a.length + b.length - common)
}

/** False if either is null: for records that are not objects. */
export function areAlike(a: readonly string[] | null, b: readonly string[] | null): boolean {
  return a !== null && b !== null && likeness(a, b) >= LIKENESS_MIN
}

/** The names of a shape's fields; null if it is a whole record. */
export function namesOf(shape: ShapeSchema): readonly string[] | null {
  return shape.whole ? null : shape.fields.map((field) => field.name)
}

/**
 * One shape for the records of both, missing fields absentable; null if they have common fields in different orders, or too many fields.
 */
export function joinShapes(a: ShapeSchema, b: ShapeSchema): ShapeSchema | null {
  if (a.whole !== b.whole) return null
  const namesOfA = new Set(a.fields.map((field) => field.name))
  const namesOfB = new Set(b.fields.map((field) => field.name))
  const fields: FieldSchema[] = []
  let i = 0
  let j = 0
  while (i < a.fields.length || j < b.fields.length) {
    const left = a.fields[i]
    const right = b.fields[j]
    if (left !== undefined && left.name === right?.name) {
      fields.push(joinField(left, right))
      i++
      j++
    } else if (left !== undefined && !namesOfB.has(left.name)) {
      fields.push(createField(left.name, left.kind, left.nullable, true))
      i++
    } else if (right !== undefined && !namesOfA.has(right.name)) {
      fields.push(createField(right.name, right.kind, right.nullable, true))
      j++
    } else return null
  }
  return fields.length > COLUMNS_PER_SHAPE_MAX ? null : { whole: a.whole, fields }
}

function joinField(a: FieldSchema, b: FieldSchema): FieldSchema {
  return createField(a.name, joinKinds(a.kind, b.kind), a.nullable || b.nullable, a.absentable || b.absentable)
}

/** A column of kind any that has marks uses them for null and undefined too. */
export function createField(name: string, kind: Kind, nullable: boolean, absentable: boolean): FieldSchema {
  return { name, kind, nullable: nullable || (absentable && kind === KIND.any), absentable }
}
