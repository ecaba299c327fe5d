import type { Oracle } from './events.ts'
import { bidsOf, grouped } from './events.ts'
import { biddersOf, countsOf, dateOf, soldOf } from './statistics.ts'

export const q16: Oracle = (events) =>
  [...grouped(bidsOf(events), ({ channel, ts }) => `${channel} ${dateOf(ts).day}`).values()].map((bids) => ({
    channel: bids[0]!.channel,
    day: dateOf(bids[0]!.ts).day,
    minute: dateOf(bids.at(-1)!.ts).minute,
    bids: countsOf(bids),
    bidders: biddersOf(bids),
    auctions: soldOf(bids),
  }))
