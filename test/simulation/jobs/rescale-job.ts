import { defineJob } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'

/** State of all kinds: positions of splits, sums behind a combiner, a step per record. */
export default defineJob<{ count: number }, Outlets>(import.meta, {
  build: ({ source, config: { count } }) => {
    const rows = source.generate('rows', { count, splits: 5, make: (id) => ({ id, key: id % 7 }) })
    const sums = rows.keyBy('key').sum('id', { name: 'sums' }).toStream({ emit: 'final' })
    const steps = rows.keyBy('key').scan(
      () => ({ key: -1, n: 0 }),
      (state, { key }) => ({ key, n: state.n + 1 }),
      { name: 'steps' },
    )
    return { sums, steps }
  },
})
