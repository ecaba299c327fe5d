import type { Auction, AuctionEvent, Bid, Person } from '../../../examples/nexmark/events.ts'

/** What a query should give for events in the order of their time. */
export type Oracle = (events: readonly AuctionEvent[]) => unknown[]

export const personsOf = (events: readonly AuctionEvent[]): Person[] => events.filter((event) => event.kind === 'person')
export const auctionsOf = (events: readonly AuctionEvent[]): Auction[] => events.filter((event) => event.kind === 'auction')
export const bidsOf = (events: readonly AuctionEvent[]): Bid[] => events.filter((event) => event.kind === 'bid')

/** The records of each key, in their order. */
export function grouped<T, K>(records: readonly T[], keyOf: (record: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const record of records) {
    const group = groups.get(keyOf(record))
    if (group === undefined) groups.set(keyOf(record), [record])
    else group.push(record)
  }
  return groups
}
