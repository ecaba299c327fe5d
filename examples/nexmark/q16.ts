/** NEXMark q16, channel statistics: as q15, for each channel and day, with the minute (UTC) of the day's last bid. */
import { defineJob } from 'millrace'
import type { Aggregator } from 'millrace'
import { bidsByRank, dayOf, distinctByRank, minuteOf } from './bid-statistics.ts'
import type { Bid } from './events.ts'
import { auctionEvents, nexmarkConfig } from './events.ts'

const later = (a: string, b: string): string => (a > b ? a : b)

const lastMinute: Aggregator<Bid, string, string> = {
  create: () => '',
  add: (last, { ts }) => later(last, minuteOf(ts)),
  merge: later,
  result: (last) => last,
}

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { bid } = auctionEvents(source, config).switchOn('kind')
    const channels = bid
      .keyBy(({ channel, ts }) => [channel, dayOf(ts)] as const)
      .aggregate(
        (a) => ({
          minute: a.custom(lastMinute),
          bids: a.custom(bidsByRank),
          bidders: a.custom(distinctByRank('bidder')),
          auctions: a.custom(distinctByRank('auction')),
        }),
        { name: 'channels' },
      )
    return {
      rows: channels.toStream({ emit: config.emit }).map(({ key: [channel, day], ...row }) => ({ channel, day, ...row })),
    }
  },
})
