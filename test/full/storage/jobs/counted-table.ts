import { defineJob, sink } from '../../../../src/index.ts'

export interface Sums {
  readonly account: number
  readonly sum: number
  readonly entries: number
}

export interface CountedConfig {
  readonly table: string
  readonly rowsPerSecond: number
}

export const ROWS = 1_200
export const ACCOUNTS = 150

/** What the table holds in the end: a row that was lost or counted twice changes it. */
export function exactSums(): Sums[] {
  const sums = Array.from({ length: ACCOUNTS }, (_, account) => ({ account, sum: 0, entries: 0 }))
  for (let n = 0; n < ROWS; n++) {
    const of = sums[(n * 7) % ACCOUNTS]!
    of.sum += n
    of.entries++
  }
  return sums
}

/** Sums by account in a table. */
export default defineJob<CountedConfig>(import.meta, {
  name: 'counted-table',
  build: ({ source, config: { table, rowsPerSecond } }) => {
    source
      .generate('rows', { count: ROWS, splits: 2, rowsPerSecond, make: (n) => ({ account: (n * 7) % ACCOUNTS, n }) })
      .keyBy('account')
      .scan(
        (): Sums => ({ account: 0, sum: 0, entries: 0 }),
        ({ sum, entries }, { account, n }): Sums => ({ account, sum: sum + n, entries: entries + 1 }),
        { name: 'sums' },
      )
      .to(sink.table<Sums>({ path: table, key: 'account' }), { name: 'table' })
    return {}
  },
})
