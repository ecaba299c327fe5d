/** NEXMark q15, bidding statistics: for each day (UTC), how many bids, bidders and auctions there were at each level of price. */
import { defineJob } from 'millrace'
import { bidsByRank, dayOf, distinctByRank } from './bid-statistics.ts'
import { auctionEvents, nexmarkConfig } from './events.ts'

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { bid } = auctionEvents(source, config).switchOn('kind')
    const days = bid
      .keyBy(({ ts }) => dayOf(ts))
      .aggregate(
        (a) => ({
          bids: a.custom(bidsByRank),
          bidders: a.custom(distinctByRank('bidder')),
          auctions: a.custom(distinctByRank('auction')),
        }),
        { name: 'days' },
      )
    return { rows: days.toStream({ emit: config.emit }).map(({ key, ...row }) => ({ day: key, ...row })) }
  },
})
