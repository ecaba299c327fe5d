import type { Bid } from '../../../examples/nexmark/events.ts'

const LEVELS: readonly (readonly [from: number, to: number])[] = [
  [-Infinity, 10_000],
  [10_000, 1_000_000],
  [1_000_000, Infinity],
]

const DAY_MS = 86_400_000

/** Day and minute of an event time, by arithmetic. */
export function dateOf(ts: number): { readonly day: string; readonly minute: string } {
  const start = Math.floor(ts / DAY_MS) * DAY_MS
  const date = new Date(start)
  const minutes = Math.floor((ts - start) / 60_000)
  const two = (value: number): string => String(value).padStart(2, '0')
  return {
    day: `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`,
    minute: `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`,
  }
}

/** What `count` gives for all bids, and for those of each level of price. */
function ranked(bids: readonly Bid[], count: (some: readonly Bid[]) => number): object {
  const [rank1, rank2, rank3] = LEVELS.map(([from, to]) => count(bids.filter(({ price }) => price >= from && price < to)))
  return { total: count(bids), rank1, rank2, rank3 }
}

export const countsOf = (bids: readonly Bid[]): object => ranked(bids, (some) => some.length)
export const biddersOf = (bids: readonly Bid[]): object => ranked(bids, (some) => new Set(some.map(({ bidder }) => bidder)).size)
export const soldOf = (bids: readonly Bid[]): object => ranked(bids, (some) => new Set(some.map(({ auction }) => auction)).size)
