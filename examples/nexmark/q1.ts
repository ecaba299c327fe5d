/** NEXMark q1, currency conversion: every bid with its price in euros, rounded down. */
import { defineJob } from 'millrace'
import { auctionEvents, nexmarkConfig } from './events.ts'

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { bid } = auctionEvents(source, config).switchOn('kind')
    return { rows: bid.map(({ auction, bidder, price, ts }) => ({ auction, bidder, price: Math.floor((price * 908) / 1000), ts })) }
  },
})
