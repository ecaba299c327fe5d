import { defineJob } from '../../src/index.ts'
import { makeKeyed } from '../workloads/keyed.ts'
import { hashSumRow } from '../workloads/rows.ts'
import { spanOf } from '../workloads/span.ts'
import { spanConfig } from './config.ts'
import { timed } from './made-clock.ts'
import { rowCheck } from './row-check.ts'

/** ks: the sum of every key at the end. */
export default defineJob(import.meta, {
  name: 'ks',
  config: spanConfig,
  build: ({ source, config }) => {
    const { first, count } = spanOf(config.seed, config.count)
    const make = timed(first, makeKeyed)
    const result = source
      .generate('records', { count, make, eventTime: (record) => record.ts })
      .keyBy('key')
      .sum('value', { name: 'sum' })
      .toStream({ emit: 'final' })
      .aggregate((a) => ({ check: a.custom(rowCheck(hashSumRow)) }), { name: 'check' })
      .toStream({ emit: 'final' })
    return { result }
  },
})
