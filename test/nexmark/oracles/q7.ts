import type { Oracle } from './events.ts'
import { bidsOf, grouped } from './events.ts'

export const q7: Oracle = (events) => {
  const rows: unknown[] = []
  for (const [number, bids] of grouped(bidsOf(events), ({ ts }) => Math.floor(ts / 10_000))) {
    for (const { auction, bidder, price, ts } of bids) {
      if (bids.every((other) => other.price <= price)) rows.push({ windowEnd: (number + 1) * 10_000, auction, bidder, price, ts })
    }
  }
  return rows
}
