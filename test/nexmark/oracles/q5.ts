import type { Oracle } from './events.ts'
import { bidsOf } from './events.ts'

export const q5: Oracle = (events) => {
  const bids = bidsOf(events)
  const rows: unknown[] = []
  const last = bids.at(-1)?.ts ?? -Infinity
  for (let end = Math.ceil((bids[0]?.ts ?? 0) / 2_000) * 2_000; end <= last + 10_000; end += 2_000) {
    const counts = new Map<number, number>()
    for (const { auction, ts } of bids) if (ts >= end - 10_000 && ts < end) counts.set(auction, (counts.get(auction) ?? 0) + 1)
    const most = Math.max(...counts.values())
    for (const [auction, count] of counts) if (count === most) rows.push({ windowEnd: end, auction, count })
  }
  return rows
}
