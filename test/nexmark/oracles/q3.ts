import type { Oracle } from './events.ts'
import { auctionsOf, personsOf } from './events.ts'

export const q3: Oracle = (events) => {
  const rows: unknown[] = []
  for (const { name, city, state, id } of personsOf(events)) {
    if (state !== 'OR' && state !== 'ID' && state !== 'CA') continue
    for (const auction of auctionsOf(events)) {
      if (auction.seller === id && auction.category === 10) rows.push({ name, city, state, auction: auction.id })
    }
  }
  return rows
}
