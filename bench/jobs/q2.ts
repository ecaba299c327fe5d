import { defineJob } from '../../src/index.ts'
import { makeEvent } from '../workloads/events.ts'
import type { Bid } from '../workloads/events.ts'
import { hashPriceRow } from '../workloads/rows.ts'
import { spanOf } from '../workloads/span.ts'
import { spanConfig } from './config.ts'
import { timed } from './made-clock.ts'
import { rowCheck } from './row-check.ts'

/** q2: the bids on every 123rd auction. */
export default defineJob(import.meta, {
  name: 'q2',
  config: spanConfig,
  build: ({ source, config }) => {
    const { first, count } = spanOf(config.seed, config.count)
    const make = timed(first, makeEvent)
    const result = source
      .generate('events', { count, make, eventTime: (event) => event.ts })
      .filter((event): event is Bid => event.kind === 'bid' && event.auction % 123 === 0)
      .map((bid) => ({ auction: bid.auction, price: bid.price }))
      .aggregate((a) => ({ check: a.custom(rowCheck(hashPriceRow)) }), { name: 'check' })
      .toStream({ emit: 'final' })
    return { result }
  },
})
