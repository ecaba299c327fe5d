import { defineJob } from '../../../src/index.ts'

const MIB = 1024 * 1024

/** Operators with wishes of every kind. */
export default defineJob(import.meta, {
  placement: { policy: 'priority', machine: { cores: 4, heapBytes: 1024 * MIB } },
  build: ({ source }) => {
    const rows = source.generate('rows', { count: 1, make: (n) => ({ n, shop: `s${n % 7}` }), demand: { cpu: 0.2 } })
    const sums = rows
      .keyBy('shop')
      .sum('n', { name: 'sums', demand: { cpu: 0.3, heapBytes: 64 * MIB } })
      .toStream({ emit: 'changes' })
    const scored = rows.rebalance().map((row) => ({ ...row, score: row.n * 2 }), {
      name: 'score',
      parallelism: 1,
      priority: 10,
      demand: { cpu: 0.8 },
      antiAffinity: 'model',
    })
    const model = rows
      .rebalance()
      .map((row) => ({ ...row }), { name: 'model', parallelism: 1, exclusive: true, demand: { heapBytes: 200 * MIB, cpu: 0.9 } })
    return { sums, scored, model }
  },
})
