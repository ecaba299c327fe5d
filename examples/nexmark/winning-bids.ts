import { list, recordsOf, value } from 'millrace'
import type { Stream } from 'millrace'
import type { Auction, AuctionEvent, Bid } from './events.ts'

/** An auction that is over, and the bid that has won it. Its event time is that of the end of the auction. */
export interface WinningBid {
  readonly auction: Auction
  readonly bid: Bid
}

const inTime = (bid: Bid, auction: Auction): boolean => bid.ts >= auction.ts && bid.ts <= auction.expires

/** The higher price; of equal ones the earlier bid; of those at the same time that of the smaller bidder's number. */
export const better = (bid: Bid, than: Bid): boolean => (bid.price - than.price || than.ts - bid.ts || than.bidder - bid.bidder) > 0

/** What q4, q6 and q9 begin with: the best bid of each auction while it was open, told when it closes. Auctions without bids are left out. */
export function winningBids(events: Stream<AuctionEvent>): Stream<WinningBid> {
  return events
    .filter((event): event is Auction | Bid => event.kind !== 'person')
    .keyBy((event) => (event.kind === 'auction' ? event.id : event.auction))
    .process(
      {
        state: { auction: value<Auction>(), best: value<Bid>(), early: list<Bid>() },
        emits: recordsOf<WinningBid>(),
        onRecord(event, { state, timers }) {
          if (event.kind === 'auction') {
            state.auction.set(event)
            timers.event.set(event.expires)
            const bids = state.early.get().filter((bid) => inTime(bid, event))
            if (bids.length > 0) state.best.set(bids.reduce((best, bid) => (better(bid, best) ? bid : best)))
            state.early.clear()
            return
          }
          const auction = state.auction.get()
          if (auction === undefined) {
            // Bids come after their auction in event time: what still waits when its own time is over waits in vain.
            state.early.add(event)
            timers.event.set(event.ts)
            return
          }
          const best = state.best.get()
          if (inTime(event, auction) && (best === undefined || better(event, best))) state.best.set(event)
        },
        onTimer(time, { state, emit }) {
          const auction = state.auction.get()
          const bid = state.best.get()
          if (auction?.expires !== time) return state.early.set(state.early.get().filter(({ ts }) => ts > time))
          if (bid !== undefined) emit({ auction, bid })
          state.auction.clear()
          state.best.clear()
        },
      },
      { name: 'winning-bids' },
    )
}
