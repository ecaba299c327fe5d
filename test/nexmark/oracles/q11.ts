import type { Oracle } from './events.ts'
import { bidsOf, grouped } from './events.ts'

export const q11: Oracle = (events) => {
  const rows: unknown[] = []
  for (const [bidder, bids] of grouped(bidsOf(events), (bid) => bid.bidder)) {
    let from = 0
    for (let i = 1; i <= bids.length; i++) {
      if (i < bids.length && bids[i]!.ts - bids[i - 1]!.ts <= 1_000) continue
      rows.push({ bidder, count: i - from, start: bids[from]!.ts, end: bids[i - 1]!.ts + 1_000 })
      from = i
    }
  }
  return rows
}
