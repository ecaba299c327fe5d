import type { Auction, AuctionEvent, Bid } from '../../../examples/nexmark/events.ts'
import { auctionsOf, bidsOf, grouped } from './events.ts'

export interface Winner {
  readonly auction: Auction
  readonly bid: Bid
}

/** Each auction that has bids in its time, with the best one. */
export function winnersOf(events: readonly AuctionEvent[]): Winner[] {
  const bids = grouped(bidsOf(events), ({ auction }) => auction)
  return auctionsOf(events).flatMap((auction) => {
    const [bid] = (bids.get(auction.id) ?? [])
      .filter(({ ts }) => auction.ts <= ts && ts <= auction.expires)
      .sort((a, b) => b.price - a.price || a.ts - b.ts || a.bidder - b.bidder)
    return bid === undefined ? [] : [{ auction, bid }]
  })
}
