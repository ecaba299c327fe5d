/** NEXMark q22, url directories: every bid with the first three directories of its url, null where there are fewer. */
import { defineJob } from 'millrace'
import { auctionEvents, nexmarkConfig } from './events.ts'

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { bid } = auctionEvents(source, config).switchOn('kind')
    const rows = bid.map(({ auction, bidder, price, channel, url }) => {
      const [dir1 = null, dir2 = null, dir3 = null] = url.split('/').slice(3)
      return { auction, bidder, price, channel, dir1, dir2, dir3 }
    })
    return { rows }
  },
})
