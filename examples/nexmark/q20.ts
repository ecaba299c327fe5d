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
    const { auction, bid } = auctionEvents(source, config).switchOn('kind')
    const auctions = auction.filter(({ category }) => category === 10)
    const rows = bid
      .keyBy('auction')
      .connect(auctions.keyBy('id'))
      .process(
        {
          state: { auction: value<Auction>(), waiting: list<Bid>() },
          emits: recordsOf<ExpandedBid>(),
          onFirst(bid, { state, emit }) {
            const auction = state.auction.get()
            if (auction === undefined) state.waiting.add(bid)
            else emit(rowOf(bid, auction))
          },
          onSecond(auction, { state, emit }) {
            state.auction.set(auction)
            for (const bid of state.waiting) emit(rowOf(bid, auction))
            state.waiting.clear()
          },
        },
        { name: 'expand' },
      )
    return { rows }
  },
})
