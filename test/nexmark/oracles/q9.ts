import type { Oracle } from './events.ts'
import { winnersOf } from './winners.ts'

export const q9: Oracle = (events) =>
  winnersOf(events).map(({ auction, bid }) => ({
    id: auction.id,
    seller: auction.seller,
    category: auction.category,
    initialBid: auction.initialBid,
    reserve: auction.reserve,
    expires: auction.expires,
    itemName: auction.itemName,
    ts: auction.ts,
    bidder: bid.bidder,
    price: bid.price,
    bidTs: bid.ts,
  }))
