import { defineJob, inlet, recordsOf, value } from '../../../../src/index.ts'
import type { BuildContext, InletSpec } from '../../../../src/index.ts'

export const KEYS = 1_500
export const ROUNDS = 8
export const COUNT = KEYS * ROUNDS

export interface VersionsConfig {
  readonly version: 1 | 2 | 3
}

export interface Row {
  readonly n: number
  readonly key: number
}

export const rowOf = (n: number): Row => ({ n, key: n % KEYS })

/** Of each key, when it has all of its records: how many those were, their sum, and the versions that its state has been through. */
export interface Total {
  readonly key: number
  readonly count: number
  readonly sum: number
  readonly path: string
}

/** Version 1 keeps a text, 2 an object, 3 an object with other names. */
interface Second {
  readonly count: number
  readonly sum: number
  readonly path: string
}

function second(old: unknown): Second {
  const [count, sum] = (old as string).split(' ').map(Number) as [number, number]
  return { count, sum, path: '1>2' }
}

function third(old: Second): Total {
  return { key: -1, count: old.count, sum: old.sum, path: `${old.path}>3` }
}

const VERSIONS = {
  1: {
    state: value<string>({ version: 1 }),
    next: (old: string | null, key: number, n: number): string => {
      const { count, sum } = old === null ? { count: 0, sum: 0 } : second(old)
      return `${count + 1} ${sum + n} ${key}`
    },
    total: (key: number, now: string): Total => ({ ...second(now), key, path: '1' }),
  },
  2: {
    state: value<Second>({ version: 2, migrate: second }),
    next: (old: Second | null, _key: number, n: number): Second => ({
      count: (old?.count ?? 0) + 1,
      sum: (old?.sum ?? 0) + n,
      path: old?.path ?? '2',
    }),
    total: (key: number, now: Second): Total => ({ ...now, key }),
  },
  3: {
    state: value<Total>({ version: 3, migrate: (old, from) => (from === 1 ? third(second(old)) : third(old as Second)) }),
    next: (old: Total | null, key: number, n: number): Total => ({
      key,
      count: (old?.count ?? 0) + 1,
      sum: (old?.sum ?? 0) + n,
      path: old?.path ?? '3',
    }),
    total: (key: number, now: Total): Total => ({ ...now, key }),
  },
}

export default defineJob(import.meta, {
  name: 'versions',
  inlets: { rows: inlet<Row>() },
  build: ({ inlets, config: { version } }: BuildContext<VersionsConfig, { rows: InletSpec<Row> }>) => {
    const { state, next, total } = VERSIONS[version] as (typeof VERSIONS)[3]
    const totals = inlets.rows.keyBy('key').process(
      {
        state: { total: state },
        emits: recordsOf<Total>(),
        onRecord({ n, key }, ctx) {
          const now = next(ctx.state.total.get() ?? null, key, n)
          ctx.state.total.set(now)
          const shown = total(key, now)
          if (shown.count >= ROUNDS) ctx.emit(shown)
        },
      },
      { name: 'totals' },
    )
    return { totals }
  },
})

export function exactTotals(): Map<number, { count: number; sum: number }> {
  const totals = new Map<number, { count: number; sum: number }>()
  for (let n = 0; n < COUNT; n++) {
    const before = totals.get(n % KEYS) ?? { count: 0, sum: 0 }
    totals.set(n % KEYS, { count: before.count + 1, sum: before.sum + n })
  }
  return totals
}
