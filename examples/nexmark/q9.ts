/** NEXMark q9, winning bids: each auction that is over, with the bid that has won it. */
import { defineJob } from 'millrace'
import { auctionEvents, nexmarkConfig } from './events.ts'
import { winningBids } from './winning-bids.ts'

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => ({
    rows: winningBids(auctionEvents(source, config)).map(({ auction: { kind: _kind, ...auction }, bid }) => ({
      ...auction,
      bidder: bid.bidder,
      price: bid.price,
      bidTs: bid.ts,
    })),
  }),
})
