import { defineJob, window } from '../../src/index.ts'
import { makeEvent } from '../workloads/events.ts'
import type { Bid } from '../workloads/events.ts'
import { hashHotItemRow } from '../workloads/rows.ts'
import { spanOf } from '../workloads/span.ts'
import { alignment } from './abreast.ts'
import { spanConfig } from './config.ts'
import { hottest } from './hottest.ts'
import { timed } from './made-clock.ts'
import { rowCheck } from './row-check.ts'

const SLIDE_MS = 2_000

/** q5: in windows of 10 s every 2 s, the auctions with the most bids; every tie is a row. The second windows hold the rows of one of the first each. */
export default defineJob(import.meta, {
  name: 'q5',
  config: spanConfig,
  build: ({ source, config }) => {
    const { first, count } = spanOf(config.seed, config.count)
    const make = timed(first, makeEvent)
    const result = source
      .generate('events', { count, make, eventTime: (event) => event.ts, alignment })
      .filter((event): event is Bid => event.kind === 'bid')
      .keyBy('auction')
      .window(window.sliding({ sizeMs: 10_000, slideMs: SLIDE_MS }))
      .aggregate((a) => ({ bids: a.count() }), { name: 'bids' })
      .windowAll(window.tumbling({ sizeMs: SLIDE_MS }))
      .aggregate((a) => ({ top: a.custom(hottest) }), { name: 'hottest' })
      .flatMap(({ top }) => top)
      .aggregate((a) => ({ check: a.custom(rowCheck(hashHotItemRow)) }), { name: 'check' })
      .toStream({ emit: 'final' })
    return { result }
  },
})
