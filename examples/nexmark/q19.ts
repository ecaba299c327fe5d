/**
 * NEXMark q19, top ten: the ten highest bids of each auction with their ranks. Of bids with the same price the earlier one is higher, then that of the
 * smaller bidder's number, then by url.
 */
import { defineJob } from 'millrace'
import type { Aggregator } from 'millrace'
import type { Bid } from './events.ts'
import { auctionEvents, nexmarkConfig } from './events.ts'

const TOP = 10

const byRank = (a: Bid, b: Bid): number => b.price - a.price || a.ts - b.ts || a.bidder - b.bidder || (a.url < b.url ? -1 : 1)

const topTen: Aggregator<Bid, Bid[], readonly Bid[]> = {
  create: () => [],
  add: (top, bid) => {
    if (top.length === TOP && byRank(bid, top[TOP - 1]!) >= 0) return top
    const at = top.findIndex((other) => byRank(bid, other) < 0)
    top.splice(at < 0 ? top.length : at, 0, bid)
    top.length = Math.min(top.length, TOP)
    return top
  },
  merge: (a, b) => [...a, ...b].sort(byRank).slice(0, TOP),
  result: (top) => [...top],
}

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { bid } = auctionEvents(source, config).switchOn('kind')
    const rows = bid
      .keyBy('auction')
      .aggregate((a) => ({ top: a.custom(topTen) }), { name: 'top-ten' })
      .toStream({ emit: config.emit })
      .flatMap(({ top }) => top.map((row, i) => ({ ...row, rank: i + 1 })))
    return { rows }
  },
})
