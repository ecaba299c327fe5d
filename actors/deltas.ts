import type { OperatorDefinition } from '../src/actor/contract.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import { MillraceError } from '../src/errors.ts'

interface DeltasSpec {
  readonly key: string | ((row: unknown) => Key)
  /** Fields of the row that are summed up. */
  readonly fields: readonly string[]
}

interface Change {
  readonly kind: 'insert' | 'update-before' | 'update-after' | 'delete'
  readonly row: Readonly<Record<string, unknown>>
}

type Delta = (change: unknown) => Record<string, unknown>

/** What a change of a row adds to the sums of the group that the row belongs to: what is taken back is added negated. */
function deltaOf({ key, fields }: DeltasSpec): Delta {
  const keyOf = typeof key === 'string' ? (row: Change['row']) => row[key] : key
  return (change) => {
    const { kind, row } = change as Change
    const n = kind === 'insert' || kind === 'update-after' ? 1 : -1
    const delta: Record<string, unknown> = { key: keyOf(row), n }
    for (let i = 0; i < fields.length; i++) delta[`s${i}`] = n * finite(fields[i]!, row[fields[i]!])
    return delta
  }
}

function finite(field: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  const what = typeof value === 'number' ? String(value) : value === null ? 'null' : typeof value
  throw new MillraceError('MR_AGGREGATE_INVALID', `field "${field}" of a row must be a finite number to be taken back later; it is ${what}`)
}

export const deltas: OperatorDefinition = {
  kind: 'deltas',
  repeats: 'asSets',
  weave: (w, value, spec) => {
    const result = w.fresh('d')
    return `const ${result} = ${w.constant(deltaOf(spec as unknown as DeltasSpec))}(${value})\n${w.next(result)}`
  },
  link: (spec, next) => {
    const delta = deltaOf(spec as unknown as DeltasSpec)
    return (record, timestamp) => next(delta(record), timestamp)
  },
}
