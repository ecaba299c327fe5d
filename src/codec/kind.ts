import { types } from 'node:util'

/**
 * Kinds of columns, a lattice: `none` below all, `any` above all, `int32` below `float64`. A column's kind only ever goes up.
 * null, undefined and absence are not kinds but marks beside the column.
 */
export const KIND = { none: 0, boolean: 1, int32: 2, float64: 3, string: 4, date: 5, bigint: 6, any: 7 } as const
export type Kind = (typeof KIND)[keyof typeof KIND]
export const KIND_COUNT = 8

/** The lowest kind whose column holds `value` without loss; `none` for null and undefined. */
export function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case 'number':
      return isInt32(value) ? KIND.int32 : KIND.float64
    case 'string':
      return KIND.string
    case 'boolean':
      return KIND.boolean
    case 'bigint':
      return isInt64(value) ? KIND.bigint : KIND.any
    case 'undefined':
      return KIND.none
    default:
      return value === null ? KIND.none : isPlainDate(value) ? KIND.date : KIND.any
  }
}

/** Least upper bound. */
export function joinKinds(a: Kind, b: Kind): Kind {
  if (a === b || b === KIND.none) return a
  if (a === KIND.none) return b
  const numbers = (a === KIND.int32 || a === KIND.float64) && (b === KIND.int32 || b === KIND.float64)
  return numbers ? KIND.float64 : KIND.any
}

/** True for what an Int32Array keeps: -0 is not among it. */
export function isInt32(value: number): boolean {
  return (value | 0) === value && (value !== 0 || 1 / value > 0)
}

export function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value
}

/** A Date as `new Date` makes it: not a subclass, not a counterfeit. */
export function isPlainDate(value: unknown): value is Date {
  return types.isDate(value) && Object.getPrototypeOf(value) === Date.prototype
}
