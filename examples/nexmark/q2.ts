/** NEXMark q2, selection: auction and price of the bids on every 123rd auction. */
import { defineJob } from 'millrace'
import { auctionEvents, nexmarkConfig } from './events.ts'

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { bid } = auctionEvents(source, config).switchOn('kind')
    return { rows: bid.filter(({ auction }) => auction % 123 === 0).map(({ auction, price }) => ({ auction, price })) }
  },
})
