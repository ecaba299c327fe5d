import type { Oracle } from './events.ts'
import { bidsOf, grouped } from './events.ts'

export const q18: Oracle = (events) =>
  [...grouped(bidsOf(events), ({ bidder, auction }) => `${bidder} ${auction}`).values()].map((bids) =>
    bids.sort((a, b) => a.ts - b.ts || a.price - b.price || (a.url < b.url ? -1 : 1)).at(-1),
  )
