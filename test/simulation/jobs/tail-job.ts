import { defineJob } from '../../../src/index.ts'

interface Config {
  readonly count: number
  /** Results that throw the first time that they come: behind the last aggregate, when others have ended. */
  readonly throwAt: readonly number[]
  readonly run: string
}

const thrown = new Set<string>()

/** Fails in what comes after an aggregate's last results, while some actors have ended already and some have not. */
export default defineJob<Config>(import.meta, {
  build: ({ source, config: { count, throwAt, run } }) => {
    const rows = source.generate('rows', { count, make: (n) => ({ key: n % 50, value: n }) })
    const sums = rows.keyBy('key').sum('value').toStream({ emit: 'final' })
    const checked = sums.map((row) => {
      if (throwAt.includes(row.key) && !thrown.has(`${run}/${row.key}`)) {
        thrown.add(`${run}/${row.key}`)
        throw new Error(`result ${row.key} fails once`)
      }
      return { ...row }
    })
    const again = checked
      .keyBy((row) => row.key % 5)
      .aggregate((a) => ({ n: a.count(), sum: a.sum('sum') }))
      .toStream({ emit: 'final' })
    const every = rows.keyBy('key').count().toStream({ emit: 'every' })
    return { checked, again, every }
  },
})
