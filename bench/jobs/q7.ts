import { defineJob, window } from '../../src/index.ts'
import { makeEvent } from '../workloads/events.ts'
import type { Bid } from '../workloads/events.ts'
import { hashHighestRow } from '../workloads/rows.ts'
import { spanOf } from '../workloads/span.ts'
import { spanConfig } from './config.ts'
import { timed } from './made-clock.ts'
import { rowCheck } from './row-check.ts'

/** q7: the highest price of every window of 10 s. */
export default defineJob(import.meta, {
  name: 'q7',
  config: spanConfig,
  build: ({ source, config }) => {
    const { first, count } = spanOf(config.seed, config.count)
    const make = timed(first, makeEvent)
    const result = source
      .generate('events', { count, make, eventTime: (event) => event.ts })
      .filter((event): event is Bid => event.kind === 'bid')
      .windowAll(window.tumbling({ sizeMs: 10_000 }))
      .aggregate((a) => ({ price: a.max('price') }), { name: 'highest' })
      .aggregate((a) => ({ check: a.custom(rowCheck(hashHighestRow)) }), { name: 'check' })
      .toStream({ emit: 'final' })
    return { result }
  },
})
