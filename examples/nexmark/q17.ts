/** NEXMark q17, auction statistics: for each auction and day (UTC), how many bids at each level of price, and least, highest, average and total price. */
import { defineJob } from 'millrace'
import { bidsByRank, dayOf } from './bid-statistics.ts'
import { auctionEvents, nexmarkConfig } from './events.ts'

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { bid } = auctionEvents(source, config).switchOn('kind')
    const auctions = bid
      .keyBy(({ auction, ts }) => [auction, dayOf(ts)] as const)
      .aggregate(
        (a) => ({
          bids: a.custom(bidsByRank),
          least: a.min('price'),
          highest: a.max('price'),
          average: a.avg('price'),
          sum: a.sum('price'),
        }),
        { name: 'auctions' },
      )
    const rows = auctions
      .toStream({ emit: config.emit })
      .map(({ key: [auction, day], average, ...row }) => ({ auction, day, ...row, average: Math.floor(average) }))
    return { rows }
  },
})
