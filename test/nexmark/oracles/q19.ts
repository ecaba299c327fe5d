import type { Oracle } from './events.ts'
import { bidsOf, grouped } from './events.ts'

export const q19: Oracle = (events) =>
  [...grouped(bidsOf(events), ({ auction }) => auction).values()].flatMap((bids) =>
    bids
      .sort((a, b) => b.price - a.price || a.ts - b.ts || a.bidder - b.bidder || (a.url < b.url ? -1 : 1))
      .slice(0, 10)
      .map((bid, i) => ({ ...bid, rank: i + 1 })),
  )
