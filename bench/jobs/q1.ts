import { defineJob } from '../../src/index.ts'
import { makeEvent } from '../workloads/events.ts'
import type { Bid } from '../workloads/events.ts'
import { hashBidRow } from '../workloads/rows.ts'
import { spanOf } from '../workloads/span.ts'
import { spanConfig } from './config.ts'
import { timed } from './made-clock.ts'
import { rowCheck } from './row-check.ts'

/** q1: every bid with its price in another currency. */
export default defineJob(import.meta, {
  name: 'q1',
  config: spanConfig,
  build: ({ source, config }) => {
    const { first, count } = spanOf(config.seed, config.count)
    const make = timed(first, makeEvent)
    const result = source
      .generate('events', { count, make, eventTime: (event) => event.ts })
      .filter((event): event is Bid => event.kind === 'bid')
      .map((bid) => ({ auction: bid.auction, bidder: bid.bidder, price: Math.floor((bid.price * 908) / 1000), ts: bid.ts }))
      .aggregate((a) => ({ check: a.custom(rowCheck(hashBidRow)) }), { name: 'check' })
      .toStream({ emit: 'final' })
    return { result }
  },
})
