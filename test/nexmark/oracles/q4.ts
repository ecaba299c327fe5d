import type { Oracle } from './events.ts'
import { winnersOf } from './winners.ts'

export const q4: Oracle = (events) => {
  const rows: unknown[] = []
  for (let category = 10; category < 15; category++) {
    const prices = winnersOf(events).flatMap(({ auction, bid }) => (auction.category === category ? [bid.price] : []))
    if (prices.length > 0) rows.push({ category, average: Math.floor(prices.reduce((a, b) => a + b) / prices.length) })
  }
  return rows
}
