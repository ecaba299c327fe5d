import { defineJob, sink } from '../../../src/index.ts'

export const job = defineJob<{ readonly count: number }>(import.meta, {
  build: ({ source, config: { count } }) => {
    const rows = source.generate('rows', { count, splits: 2, rowsPerSecond: 2_000, make: (n) => ({ n, key: n % 3 }) })
    const others = source.generate('others', { count, splits: 1, parallelism: 1, rowsPerSecond: 2_000, make: (n) => ({ n, key: n % 3 }) })
    const counted = rows
      .union(others)
      .keyBy('key')
      .scan(
        () => 0,
        (before) => before + 1,
      )
    counted.rebalance().to(
      sink.forEach(() => {}),
      { name: 'end' },
    )
    return { sums: rows.aggregate((a) => ({ n: a.sum('n') })).toStream({ emit: 'final' }) }
  },
})

export default job
