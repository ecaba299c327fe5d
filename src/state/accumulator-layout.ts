import { MillraceError } from '../errors.ts'
import type { AggregateSpec, AggregateSpecs, AnyCustomSpec } from './aggregates.ts'

/** One column of accumulators: a number for each slot, or any value for `custom`. */
export interface AccumulatorColumn {
  /** Name in partial results and in checkpoints. */
  readonly name: string
  readonly op: 'count' | 'sum' | 'min' | 'max' | 'custom'
  /** Index into the layout's `fields`; -1 for `count` and `custom`. */
  readonly field: number
  /** The number of no records. */
  readonly initial: number
  readonly custom: AnyCustomSpec | undefined
}

/** One result: the value of a column, the quotient of two (`avg`), or what a custom aggregate makes of its column. */
export interface AggregateOutput {
  readonly name: string
  readonly column: number
  /** Column to divide by, or -1. */
  readonly divisor: number
}

/** How accumulators lie in columns. An average is two: `name:sum` and `name:count`. */
export interface AccumulatorLayout {
  readonly columns: readonly AccumulatorColumn[]
  /** Numeric fields that are read from records, each once. */
  readonly fields: readonly string[]
  readonly outputs: readonly AggregateOutput[]
  /** Equal exactly for layouts whose columns mean the same (what custom aggregators do is not known). */
  readonly signature: string
}

const INITIAL = { count: 0, sum: 0, min: Infinity, max: -Infinity, custom: 0 } as const

const checkSpec = (name: string, spec: AggregateSpec): void => {
  const known = ['count', 'sum', 'min', 'max', 'avg', 'custom']
  if (!known.includes(spec?.kind)) {
    throw new MillraceError('MR_OPTION_INVALID', `aggregate "${name}" is no specification: its kind must be one of ${known.join(', ')}`)
  }
  if (spec.kind === 'custom') {
    for (const method of ['create', 'add', 'merge', 'result'] as const) {
      if (typeof spec[method] !== 'function')
        throw new MillraceError('MR_OPTION_INVALID', `custom aggregate "${name}" lacks the function ${method}`)
    }
  } else if (spec.kind !== 'count' && typeof spec.field !== 'string') {
    throw new MillraceError('MR_OPTION_INVALID', `aggregate "${name}" (${spec.kind}) needs the name of a field, got ${typeof spec.field}`)
  }
}

const checkNames = (specs: AggregateSpecs, columns: readonly AccumulatorColumn[]): void => {
  for (const name of ['key', '__proto__']) {
    if (Object.hasOwn(specs, name)) throw new MillraceError('MR_OPTION_INVALID', `an aggregate cannot be named "${name}"`)
  }
  const names = columns.map((column) => column.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new MillraceError('MR_OPTION_INVALID', `the aggregate names give the column "${twice}" twice; rename one`)
  if (names.length === 0) throw new MillraceError('MR_OPTION_INVALID', 'an aggregation needs at least one aggregate')
}

/**
 * Lays out the columns of some aggregates.
 * @throws MR_OPTION_INVALID for a specification that is none, no specification at all, or a name that cannot be used
 */
export const layoutOf = (specs: AggregateSpecs): AccumulatorLayout => {
  const columns: AccumulatorColumn[] = []
  const fields: string[] = []
  const outputs: AggregateOutput[] = []
  const fieldIndex = (field: string): number => (fields.includes(field) ? fields.indexOf(field) : fields.push(field) - 1)
  const column = (name: string, op: AccumulatorColumn['op'], field = -1, custom?: AnyCustomSpec): number =>
    columns.push({ name, op, field, initial: INITIAL[op], custom }) - 1
  for (const [name, spec] of Object.entries(specs)) {
    checkSpec(name, spec)
    if (spec.kind === 'count') outputs.push({ name, column: column(name, 'count'), divisor: -1 })
    else if (spec.kind === 'custom') outputs.push({ name, column: column(name, 'custom', -1, spec), divisor: -1 })
    else if (spec.kind === 'avg') {
      outputs.push({ name, column: column(`${name}:sum`, 'sum', fieldIndex(spec.field)), divisor: column(`${name}:count`, 'count') })
    } else outputs.push({ name, column: column(name, spec.kind, fieldIndex(spec.field)), divisor: -1 })
  }
  checkNames(specs, columns)
  const signature = JSON.stringify(
    columns.map(({ name, op, field }) => [name, op, fields[field] ?? '']).sort((a, b) => (a[0] < b[0] ? -1 : 1)),
  )
  return { columns, fields, outputs, signature }
}
