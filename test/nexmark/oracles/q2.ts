import type { Oracle } from './events.ts'
import { bidsOf } from './events.ts'

export const q2: Oracle = (events) => {
  const rows: unknown[] = []
  for (const { auction, price } of bidsOf(events)) if (auction / 123 === Math.trunc(auction / 123)) rows.push({ auction, price })
  return rows
}
