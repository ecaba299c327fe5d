import type { Oracle } from './events.ts'
import { bidsOf, grouped } from './events.ts'
import { biddersOf, countsOf, dateOf, soldOf } from './statistics.ts'

export const q15: Oracle = (events) =>
  [...grouped(bidsOf(events), ({ ts }) => dateOf(ts).day)].map(([day, bids]) => ({
    day,
    bids: countsOf(bids),
    bidders: biddersOf(bids),
    auctions: soldOf(bids),
  }))
