import { defineJob } from '../../src/index.ts'

/** A job whose first result comes at once. */
export default defineJob(import.meta, {
  build: ({ source }) => {
    const rows = source.generate('rows', { count: 100_000, make: (n: number) => ({ key: n % 10, n }) })
    return { first: rows.keyBy('key').count().toStream({ emit: 'every' }) }
  },
})
