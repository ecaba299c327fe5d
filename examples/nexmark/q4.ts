/** NEXMark q4: the average price at which auctions of each category were won, rounded down; it changes with every auction that closes. */
import { defineJob } from 'millrace'
import { auctionEvents, nexmarkConfig } from './events.ts'
import { winningBids } from './winning-bids.ts'

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const averages = winningBids(auctionEvents(source, config))
      .map(({ auction, bid }) => ({ category: auction.category, price: bid.price }))
      .keyBy('category')
      .avg('price', { name: 'averages' })
    return { rows: averages.toStream({ emit: config.emit }).map(({ key, avg }) => ({ category: key, average: Math.floor(avg) })) }
  },
})
