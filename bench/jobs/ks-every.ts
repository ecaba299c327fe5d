import { defineJob } from '../../src/index.ts'
import { makeKeyed } from '../workloads/keyed.ts'
import { hashSumRow } from '../workloads/rows.ts'
import type { SumRow } from '../workloads/rows.ts'
import { spanOf } from '../workloads/span.ts'
import { spanConfig } from './config.ts'
import { lastByKey } from './last-by-key.ts'
import { timed } from './made-clock.ts'
import { rowCheck } from './row-check.ts'

/** ks-every: every step of every key's running sum reaches the sink, which keeps the last one of each key. */
export default defineJob(import.meta, {
  name: 'ks-every',
  config: spanConfig,
  build: ({ source, config }) => {
    const { first, count } = spanOf(config.seed, config.count)
    const make = timed(first, makeKeyed)
    const result = source
      .generate('records', { count, make, eventTime: (record) => record.ts })
      .keyBy('key')
      .sum('value', { name: 'sum' })
      .toStream({ emit: 'every' })
      .transform<SumRow>(lastByKey, {}, { name: 'last' })
      .aggregate((a) => ({ check: a.custom(rowCheck(hashSumRow)) }), { name: 'check' })
      .toStream({ emit: 'final' })
    return { result }
  },
})
