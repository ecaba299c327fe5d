import { defineJob, window } from '../../src/index.ts'
import { makeEvent } from '../workloads/events.ts'
import type { Bid } from '../workloads/events.ts'
import { hashSessionRow } from '../workloads/rows.ts'
import { spanOf } from '../workloads/span.ts'
import { alignment } from './abreast.ts'
import { spanConfig } from './config.ts'
import { timed } from './made-clock.ts'
import { rowCheck } from './row-check.ts'

interface Session {
  readonly key: number
  readonly windowStart: number
  readonly windowEnd: number
  readonly bids: number
}

const hashRow = ({ key, bids, windowStart, windowEnd }: Session): number =>
  hashSessionRow({ bidder: key, count: bids, start: windowStart, end: windowEnd })

/** q11: the bids of every bidder in sessions with a gap of 1 s. */
export default defineJob(import.meta, {
  name: 'q11',
  config: spanConfig,
  build: ({ source, config }) => {
    const { first, count } = spanOf(config.seed, config.count)
    const make = timed(first, makeEvent)
    const result = source
      // Bids of one ms come in several batches, and one at the very end of a session still belongs to it: the watermark must not come to that end between two of them.
      .generate('events', { count, make, eventTime: (event) => event.ts, disorderMs: 1, alignment })
      .filter((event): event is Bid => event.kind === 'bid')
      .keyBy('bidder')
      .window(window.session({ gapMs: 1_000 }))
      .aggregate((a) => ({ bids: a.count() }), { name: 'sessions' })
      .aggregate((a) => ({ check: a.custom(rowCheck(hashRow)) }), { name: 'check' })
      .toStream({ emit: 'final' })
    return { result }
  },
})
