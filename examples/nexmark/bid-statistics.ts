import type { Aggregator } from 'millrace'
import type { Bid } from './events.ts'

/** Prices below 10,000, below 1,000,000, and above. */
export type Rank = 0 | 1 | 2

export function rankOf(price: number): Rank {
  if (price < 10_000) return 0
  return price < 1_000_000 ? 1 : 2
}

/** Day (UTC) of an event time as `2020-09-13`. */
export function dayOf(ts: number): string {
  return new Date(ts).toISOString().slice(0, 10)
}

/** Time of the day (UTC) as `12:26`. */
export function minuteOf(ts: number): string {
  return new Date(ts).toISOString().slice(11, 16)
}

/** Numbers of all, and of each rank. */
export interface Ranked {
  readonly total: number
  readonly rank1: number
  readonly rank2: number
  readonly rank3: number
}

/** `count(*) filter (where ...)` for each rank. */
export const bidsByRank: Aggregator<Bid, [number, number, number], Ranked> = {
  create: () => [0, 0, 0],
  add: (counts, { price }) => {
    counts[rankOf(price)]++
    return counts
  },
  merge: (a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]],
  result: ([rank1, rank2, rank3]) => ({ total: rank1 + rank2 + rank3, rank1, rank2, rank3 }),
}

/** `count(distinct field) filter (where ...)` for each rank: the ranks that each value was seen with, as bits. */
export function distinctByRank(field: 'bidder' | 'auction'): Aggregator<Bid, Map<number, number>, Ranked> {
  return {
    create: () => new Map(),
    add: (seen, bid) => seen.set(bid[field], (seen.get(bid[field]) ?? 0) | (1 << rankOf(bid.price))),
    merge: (a, b) => {
      for (const [value, ranks] of b) a.set(value, (a.get(value) ?? 0) | ranks)
      return a
    },
    result: (seen) => {
      const having = (bits: number): number => [...seen.values()].filter((ranks) => (ranks & bits) !== 0).length
      return { total: seen.size, rank1: having(1), rank2: having(2), rank3: having(4) }
    },
  }
}
