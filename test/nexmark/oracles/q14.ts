import type { Oracle } from './events.ts'
import { bidsOf } from './events.ts'

const HOUR_MS = 3_600_000

export const q14: Oracle = (events) => {
  const rows: unknown[] = []
  for (const { auction, bidder, price, url, ts } of bidsOf(events)) {
    if (price * 908 <= 1_000_000_000 || price * 908 >= 50_000_000_000) continue
    const hour = ((Math.floor(ts / HOUR_MS) % 24) + 24) % 24
    const timeOfDay = hour === 7 || hour === 19 ? 'otherTime' : hour > 7 && hour < 19 ? 'dayTime' : 'nightTime'
    let letters = 0
    for (const character of url) if (character === 'c') letters++
    rows.push({ auction, bidder, price: (price * 908) / 1000, ts, timeOfDay, letters })
  }
  return rows
}
