import type { Oracle } from './events.ts'
import { auctionsOf, personsOf } from './events.ts'

export const q8: Oracle = (events) => {
  const windowOf = (ts: number): number => Math.floor(ts / 10_000) * 10_000
  const sold = new Set(auctionsOf(events).map(({ seller, ts }) => `${seller} ${windowOf(ts)}`))
  return personsOf(events)
    .filter(({ id, ts }) => sold.has(`${id} ${windowOf(ts)}`))
    .map(({ id, name, ts }) => ({ id, name, windowStart: windowOf(ts) }))
}
