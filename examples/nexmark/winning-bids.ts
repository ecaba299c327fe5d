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
  const { auction, bid } = events.switchOn('kind')
  return auction
    .keyBy('id')
    .connect(bid.keyBy('auction'))
    .process(
      {
        state: { auction: value<Auction>(), best: value<Bid>(), early: list<Bid>() },
        emits: recordsOf<WinningBid>(),
        onFirst(auction, { state, timers }) {
          state.auction.set(auction)
          timers.event.set(auction.expires)
          const bids = state.early.get().filter((bid) => inTime(bid, auction))
          if (bids.length > 0) state.best.set(bids.reduce((best, bid) => (better(bid, best) ? bid : best)))
          state.early.clear()
        },
        onSecond(bid, { state, timers }) {
          const auction = state.auction.get()
          if (auction === undefined) {
            // In event time bids follow their auction: what still waits when its own time is over waits in vain.
            if (state.early.length === 0) timers.event.set(bid.ts)
            state.early.add(bid)
            return
          }
          const best = state.best.get()
          if (inTime(bid, auction) && (best === undefined || better(bid, best))) state.best.set(bid)
        },
        onTimer(time, { state, timers, emit }) {
          const auction = state.auction.get()
          const bid = state.best.get()
          if (auction?.expires !== time) {
            const early = state.early.get().filter(({ ts }) => ts > time)
            state.early.set(early)
            if (early.length > 0) timers.event.set(early.at(-1)!.ts)
            return
          }
          if (bid !== undefined) emit({ auction, bid })
          state.auction.clear()
          state.best.clear()
        },
      },
      { name: 'winning-bids' },
    )
}
