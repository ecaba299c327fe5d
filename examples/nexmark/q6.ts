/**
 * NEXMark q6, average selling price: for each auction that was won, in the order of their ends, the average price, rounded down, of its seller's
 * last ten.
 */
import { defineJob, list, recordsOf } from 'millrace'
import { auctionEvents, nexmarkConfig } from './events.ts'
import type { WinningBid } from './winning-bids.ts'
import { winningBids } from './winning-bids.ts'

export interface SellerAverage {
  readonly seller: number
  readonly auction: number
  readonly average: number
}

const LAST = 10

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const rows = winningBids(auctionEvents(source, config))
      .keyBy(({ auction }) => auction.seller)
      .process(
        {
          state: { closed: list<WinningBid>(), prices: list<number>() },
          emits: recordsOf<SellerAverage>(),
          onRecord(won, { state, timers, timestamp }) {
            // Auctions that close at the same time come from several workers: they wait until all are there.
            state.closed.add(won)
            timers.event.set(timestamp)
          },
          onTimer(time, { state, emit, key: seller }) {
            const all = state.closed.get().sort((a, b) => a.auction.id - b.auction.id)
            state.closed.set(all.filter(({ auction }) => auction.expires > time))
            for (const { auction, bid } of all.filter(({ auction }) => auction.expires === time)) {
              const prices = [...state.prices, bid.price].slice(-LAST)
              state.prices.set(prices)
              emit({ seller, auction: auction.id, average: Math.floor(prices.reduce((a, b) => a + b) / prices.length) })
            }
          },
        },
        { name: 'averages' },
      )
    return { rows }
  },
})
