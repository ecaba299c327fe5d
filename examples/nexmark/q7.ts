/** NEXMark q7, highest bid: the bids with the highest price in each 10 s of event time. Each of several with the same price is a row. */
import { defineJob, window } from 'millrace'
import type { Aggregator } from 'millrace'
import type { Bid } from './events.ts'
import { auctionEvents, nexmarkConfig } from './events.ts'

interface Highest {
  price: number
  bids: Bid[]
}

/** Merged in parts: every worker sends the highest bids that it has seen. */
const highest: Aggregator<Bid, Highest, readonly Bid[]> = {
  create: () => ({ price: 0, bids: [] }),
  add: (acc, bid) => {
    if (bid.price > acc.price) return { price: bid.price, bids: [bid] }
    if (bid.price === acc.price) acc.bids.push(bid)
    return acc
  },
  merge: (a, b) => {
    if (a.price !== b.price) return a.price > b.price ? a : { price: b.price, bids: [...b.bids] }
    a.bids.push(...b.bids)
    return a
  },
  result: ({ bids }) => [...bids],
}

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { bid } = auctionEvents(source, config).switchOn('kind')
    const rows = bid
      .windowAll(window.tumbling({ sizeMs: 10_000 }))
      .aggregate((a) => ({ bids: a.custom(highest) }), { name: 'highest' })
      .flatMap(({ windowEnd, bids }) => bids.map(({ auction, bidder, price, ts }) => ({ windowEnd, auction, bidder, price, ts })))
    return { rows }
  },
})
