import { defineJob } from '../../../src/index.ts'

interface Config {
  readonly count: number
  /** Rows that throw the first time that they come. */
  readonly throwAt: readonly number[]
  readonly run: string
}

const thrown = new Set<string>()

/** Every row and every step of a count goes out as it comes: nothing of it may be lost by a restart. */
export default defineJob<Config>(import.meta, {
  build: ({ source, config: { count, throwAt, run } }) => {
    const rows = source.generate('rows', { count, splits: 4, make: (id) => ({ id, key: id % 7 }) })
    const passed = rows.map((row) => {
      if (throwAt.includes(row.id) && !thrown.has(`${run}/${row.id}`)) {
        thrown.add(`${run}/${row.id}`)
        throw new Error(`row ${row.id} fails once`)
      }
      return { ...row }
    })
    const steps = passed.keyBy('key').scan(
      () => ({ key: -1, n: 0 }),
      (state, { key }) => ({ key, n: state.n + 1 }),
    )
    return { passed, steps }
  },
})
