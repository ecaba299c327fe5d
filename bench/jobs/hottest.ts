import type { Aggregator } from '../../src/index.ts'
import type { HotItemRow } from '../workloads/rows.ts'

interface Count {
  readonly key: number
  readonly windowEnd: number
  readonly bids: number
}

interface Hottest {
  bids: number
  auctions: number[]
  windowEnd: number
}

/** The auctions with the most bids, of the counts of one window; all of them, where several have as many. */
export const hottest: Aggregator<Count, Hottest, readonly HotItemRow[]> = {
  create: () => ({ bids: 0, auctions: [], windowEnd: 0 }),
  add: (top, { key, windowEnd, bids }) => {
    if (bids < top.bids) return top
    if (bids > top.bids) {
      top.bids = bids
      top.auctions = []
      top.windowEnd = windowEnd
    }
    top.auctions.push(key)
    return top
  },
  merge: (a, b) => {
    if (b.bids > a.bids) return { ...b, auctions: [...b.auctions] }
    if (b.bids === a.bids) a.auctions.push(...b.auctions)
    return a
  },
  result: ({ bids, auctions, windowEnd }) => auctions.map((auction) => ({ windowEnd, auction, count: bids })),
}
