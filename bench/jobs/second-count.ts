import { defineJob, window } from '../../src/index.ts'

export interface SecondCountConfig {
  readonly rowsPerSecond: number
  readonly keys: number
  /** 'window': tumbling counts of one second. 'null': the same rows over the same exchange, without them. */
  readonly kind: 'window' | 'null'
}

/** Wall clock in ms with fractions. */
const now = (): number => performance.timeOrigin + performance.now()

/**
 * Outputs how late each result is, in ms, where a sink would get it: behind the end of its window, by the clock that the records' times are from. Ends of windows come whether
 * or not the job keeps up, so a stall counts for every result that it delays (no coordinated omission). The null job: how late one record in a hundred is.
 */
export default defineJob<SecondCountConfig>(import.meta, {
  build: ({ source, config: { rowsPerSecond, keys, kind } }) => {
    const rows = source.generate('rows', {
      count: Infinity,
      rowsPerSecond,
      make: (n) => ({ n, key: n % keys, at: now() }),
      eventTime: ({ at }) => Math.floor(at),
    })
    if (kind === 'null') {
      const kept = rows.rebalance().filter(({ n }) => n % 100 === 0)
      return { late: kept.map(({ at }) => ({ end: Math.floor(at / 1000) * 1000, lateMs: now() - at })) }
    }
    const counts = rows
      .keyBy('key')
      .window(window.tumbling({ sizeMs: 1000 }))
      .aggregate((a) => ({ rows: a.count() }))
    return { late: counts.map(({ windowEnd }) => ({ end: windowEnd, lateMs: now() - windowEnd })) }
  },
})
