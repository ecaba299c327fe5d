import type { Oracle } from './events.ts'
import { bidsOf, grouped } from './events.ts'
import { countsOf, dateOf } from './statistics.ts'

export const q17: Oracle = (events) =>
  [...grouped(bidsOf(events), ({ auction, ts }) => `${auction} ${dateOf(ts).day}`).values()].map((bids) => {
    const prices = bids.map(({ price }) => price).sort((a, b) => a - b)
    const sum = prices.reduce((a, b) => a + b)
    return {
      auction: bids[0]!.auction,
      day: dateOf(bids[0]!.ts).day,
      bids: countsOf(bids),
      least: prices[0],
      highest: prices.at(-1),
      sum,
      average: Math.floor(sum / prices.length),
    }
  })
