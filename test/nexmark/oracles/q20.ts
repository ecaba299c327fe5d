import type { Oracle } from './events.ts'
import { auctionsOf, bidsOf } from './events.ts'

export const q20: Oracle = (events) => {
  const auctions = new Map(auctionsOf(events).map((auction) => [auction.id, auction]))
  return bidsOf(events).flatMap(({ kind: _kind, ts: bidTs, ...bid }) => {
    const auction = auctions.get(bid.auction)
    if (auction?.category !== 10) return []
    const { itemName, initialBid, reserve, ts: auctionTs, expires, seller, category } = auction
    return [{ ...bid, bidTs, itemName, initialBid, reserve, auctionTs, expires, seller, category }]
  })
}
