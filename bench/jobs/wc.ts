import { defineJob } from '../../src/index.ts'
import { hashWordRow } from '../workloads/rows.ts'
import { spanOf } from '../workloads/span.ts'
import { makeLine } from '../workloads/text.ts'
import { spanConfig } from './config.ts'
import { timed } from './made-clock.ts'
import { rowCheck } from './row-check.ts'

/** wc: how often every word occurs in the lines. */
export default defineJob(import.meta, {
  name: 'wc',
  config: spanConfig,
  build: ({ source, config }) => {
    const { first, count } = spanOf(config.seed, config.count)
    const make = timed(first, makeLine)
    const result = source
      .generate('lines', { count, make })
      .flatMap((line) => line.split(' '))
      .keyBy((word) => word)
      .count({ name: 'count' })
      .toStream({ emit: 'final' })
      .map((row) => ({ word: row.key, count: row.count }))
      .aggregate((a) => ({ check: a.custom(rowCheck(hashWordRow)) }), { name: 'check' })
      .toStream({ emit: 'final' })
    return { result }
  },
})
