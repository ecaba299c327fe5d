/** NEXMark q18, find last bid: the last bid of each bidder on each auction, by event time; of several at the same time the highest, then by url. */
import { defineJob } from 'millrace'
import type { Aggregator } from 'millrace'
import type { Bid } from './events.ts'
import { auctionEvents, nexmarkConfig } from './events.ts'

const later = (a: Bid, b: Bid): Bid => ((a.ts - b.ts || a.price - b.price || (a.url < b.url ? -1 : 1)) > 0 ? a : b)

const lastBid: Aggregator<Bid, Bid | null, Bid> = {
  create: () => null,
  add: (last, bid) => (last === null ? bid : later(last, bid)),
  merge: (a, b) => (a === null || b === null ? (a ?? b) : later(a, b)),
  result: (last) => last!,
}

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { bid } = auctionEvents(source, config).switchOn('kind')
    const last = bid.keyBy(({ bidder, auction }) => [bidder, auction]).aggregate((a) => ({ bid: a.custom(lastBid) }), { name: 'last-bids' })
    return { rows: last.toStream({ emit: config.emit }).map((row) => row.bid) }
  },
})
