import { defineJob } from '../../src/index.ts'
import { makeEvent } from '../workloads/events.ts'
import type { Bid } from '../workloads/events.ts'
import { hashBidRow } from '../workloads/rows.ts'
import { spanOf } from '../workloads/span.ts'
import { spanConfig } from './config.ts'
import { timed } from './made-clock.ts'
import { rowCheck } from './row-check.ts'

/** q0: every bid as it is. The sink also counts the characters of url and channel. */
export default defineJob(import.meta, {
  name: 'q0',
  config: spanConfig,
  build: ({ source, config }) => {
    const { first, count } = spanOf(config.seed, config.count)
    const make = timed(first, makeEvent)
    const result = source
      .generate('events', { count, make, eventTime: (event) => event.ts })
      .filter((event): event is Bid => event.kind === 'bid')
      .aggregate((a) => ({ check: a.custom(rowCheck(hashBidRow, (bid: Bid) => bid.url.length + bid.channel.length)) }), { name: 'check' })
      .toStream({ emit: 'final' })
    return { result }
  },
})
