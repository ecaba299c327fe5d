import { defineJob } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'

export interface LastResultsConfig {
  readonly keys: number
  /** Key of the first stage whose result throws once, or -1. */
  readonly throwAt: number
  /** Behind the results of the first stage: a second one over so many keys, and its result that throws once. */
  readonly then?: { readonly keys: number; readonly throwAt: number }
  /** Beside them: a source that goes on for so many rows. */
  readonly ticks?: number
}

/** What the stages have done, over all attempts of a run. */
export const done = { first: 0, thrown: false }

function failOnce(key: number, throwAt: number): void {
  if (key !== throwAt || done.thrown) return
  done.thrown = true
  throw new Error('fails once, with the last results')
}

/** A source that ends at once, and stages that have much to say then. */
export default defineJob<LastResultsConfig, Outlets>(import.meta, {
  name: 'last-results',
  build: ({ source, config: { keys, throwAt, then, ticks } }): Outlets => {
    const counts = source
      .generate('rows', { count: keys, splits: 1, parallelism: 1, make: (n) => ({ key: n }) })
      .keyBy('key')
      .aggregate((a) => ({ n: a.count() }))
      .toStream({ emit: 'final' })
      .map(({ key, n }) => {
        failOnce(key, throwAt)
        done.first++
        return { key, n }
      })
    if (then !== undefined) {
      const sums = counts.map(({ key, n }) => ({ key: key % then.keys, n })).keyBy('key')
      const rows = sums.aggregate((a) => ({ n: a.sum('n') })).toStream({ emit: 'final' })
      return { rows: rows.tap(({ key }) => failOnce(key, then.throwAt)) }
    }
    const later = source.generate('ticks', { count: ticks!, splits: 1, parallelism: 1, rowsPerSecond: 1_000, make: (n) => -1 - n })
    return { keys: counts.map(({ key }) => key).union(later) }
  },
})
