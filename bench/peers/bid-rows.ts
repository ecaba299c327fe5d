import type { AuctionEvent, Bid } from '../workloads/events.ts'
import type { BidRow } from '../workloads/rows.ts'

export function isBid(event: AuctionEvent): event is Bid {
  return event.kind === 'bid'
}

/** q1: a bid with its price in another currency. */
export function converted(bid: Bid): BidRow {
  return { auction: bid.auction, bidder: bid.bidder, price: Math.floor((bid.price * 908) / 1000), ts: bid.ts }
}
