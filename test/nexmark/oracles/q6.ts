import type { Oracle } from './events.ts'
import { winnersOf } from './winners.ts'

export const q6: Oracle = (events) => {
  const closed = winnersOf(events).sort((a, b) => a.auction.expires - b.auction.expires || a.auction.id - b.auction.id)
  return closed.map(({ auction: { id, seller } }, i) => {
    const prices: number[] = []
    for (let before = i; before >= 0 && prices.length < 10; before--) {
      if (closed[before]!.auction.seller === seller) prices.push(closed[before]!.bid.price)
    }
    return { seller, auction: id, average: Math.floor(prices.reduce((a, b) => a + b) / prices.length) }
  })
}
