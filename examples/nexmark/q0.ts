/** NEXMark q0, pass through: every bid as it is. Measures what a job costs that does nothing. */
import { defineJob } from 'millrace'
import { auctionEvents, nexmarkConfig } from './events.ts'

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { bid } = auctionEvents(source, config).switchOn('kind')
    return { rows: bid.map(({ auction, bidder, price, ts }) => ({ auction, bidder, price, ts })) }
  },
})
