/** NEXMark q20, expand bid with auction: every bid on an auction of category 10 together with the auction, whichever comes first. Both are kept for ever. */
import { defineJob, list, recordsOf, value } from 'millrace'
import type { Auction, Bid } from './events.ts'
import { auctionEvents, nexmarkConfig } from './events.ts'

export interface ExpandedBid
  extends Omit<Bid, 'kind' | 'ts'>, Pick<Auction, 'itemName' | 'initialBid' | 'reserve' | 'expires' | 'seller' | 'category'> {
  readonly bidTs: number
  readonly auctionTs: number
}

function rowOf({ auction, bidder, price, channel, url, ts }: Bid, of: Auction): ExpandedBid {
  const { itemName, initialBid, reserve, expires, seller, category } = of
  return { auction, bidder, price, channel, url, bidTs: ts, itemName, initialBid, reserve, auctionTs: of.ts, expires, seller, category }
}

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const rows = auctionEvents(source, config)
      .filter((event): event is Auction | Bid => event.kind === 'bid' || (event.kind === 'auction' && event.category === 10))
      .keyBy((event) => (event.kind === 'bid' ? event.auction : event.id))
      .process(
        {
          state: { auction: value<Auction>(), bids: list<Bid>() },
          emits: recordsOf<ExpandedBid>(),
          onRecord(event, { state, emit }) {
            if (event.kind === 'auction') {
              state.auction.set(event)
              for (const bid of state.bids) emit(rowOf(bid, event))
              state.bids.clear()
              return
            }
            const auction = state.auction.get()
            if (auction === undefined) state.bids.add(event)
            else emit(rowOf(event, auction))
          },
        },
        { name: 'expand' },
      )
    return { rows }
  },
})
