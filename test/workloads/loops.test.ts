import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadLoops, QUERIES } from '../../bench/loops/registry.ts'
import type { QueryName } from '../../bench/loops/registry.ts'
import { BASE_MS, makeEvent } from '../../bench/workloads/events.ts'
import type { Auction, Bid, Person } from '../../bench/workloads/events.ts'
import type { RowCheck } from '../../bench/workloads/row-hash.ts'
import {
  hashCategoryRow,
  hashHighestRow,
  hashHotItemRow,
  hashLocalItemRow,
  hashNewSellerRow,
  hashSessionRow,
} from '../../bench/workloads/rows.ts'
import { spanOf } from '../../bench/workloads/span.ts'
import type { Span } from '../../bench/workloads/span.ts'

const span = fc.record({ seed: fc.nat({ max: 9_999 }), count: fc.nat({ max: 3_000 }) }).map(({ seed, count }) => spanOf(seed, count))
const anySpan = fc.record({ first: fc.nat({ max: 1_000_000 }), count: fc.nat({ max: 500 }) })

test.each(['q0', 'q1', 'q2', 'q5', 'q7', 'q8', 'q11', 'ks', 'ks-every', 'wc'] as const)(
  '%s: the best loop gives what the naive one gives',
  async (query) => {
    const { naive, best } = await loadLoops(query)
    if (best === undefined) throw new Error(`${query} has no best loop`)
    const agree = fc.property(fc.oneof(span, anySpan), (some) => {
      expect(best(some)).toStrictEqual(naive(some))
    })
    fc.assert(agree, { numRuns: 60 })
  },
)

test.each(QUERIES)('%s: another seed gives another checksum', async (query) => {
  const { naive } = await loadLoops(query)
  expect(naive(spanOf(1, 20_000)).checksum).not.toBe(naive(spanOf(2, 20_000)).checksum)
})

const check = (hashes: readonly number[]): RowCheck => ({
  checksum: hashes.reduce((sum, hash) => (sum + hash) | 0, 0) >>> 0,
  rows: hashes.length,
})
const unique = <T>(values: readonly T[]): T[] => [...new Set(values)]

interface Events {
  readonly persons: readonly Person[]
  readonly auctions: readonly Auction[]
  readonly bids: readonly Bid[]
}

function eventsOf({ first, count }: Span): Events {
  const events = Array.from({ length: count }, (_, i) => makeEvent(first + i))
  return {
    persons: events.filter((event) => event.kind === 'person'),
    auctions: events.filter((event) => event.kind === 'auction'),
    bids: events.filter((event) => event.kind === 'bid'),
  }
}

/** The queries as relations over all events at once: no order, no state, no time passing. */
const RELATIONS: Partial<Record<QueryName, (events: Events) => RowCheck>> = {
  q3: ({ persons, auctions }) =>
    check(
      auctions
        .filter((auction) => auction.category === 10)
        .flatMap((auction) =>
          persons
            .filter((person) => person.id === auction.seller && ['OR', 'ID', 'CA'].includes(person.state))
            .map(({ name, city, state }) => hashLocalItemRow({ name, city, state, auction: auction.id })),
        ),
    ),
  q4: ({ auctions, bids }) => {
    const highest = auctions.flatMap(({ id, ts, expires, category }) => {
      const prices = bids.filter((bid) => bid.auction === id && bid.ts >= ts && bid.ts <= expires).map((bid) => bid.price)
      return prices.length === 0 ? [] : [{ category, price: Math.max(...prices) }]
    })
    return check(
      unique(highest.map(({ category }) => category)).map((category) => {
        const prices = highest.filter((one) => one.category === category).map((one) => one.price)
        return hashCategoryRow({ category, average: Math.floor(prices.reduce((sum, price) => sum + price, 0) / prices.length) })
      }),
    )
  },
  q5: ({ bids }) => {
    const ends = unique(bids.flatMap((bid) => [1, 2, 3, 4, 5].map((i) => (Math.floor(bid.ts / 2000) + i) * 2000)))
    return check(
      ends.flatMap((end) => {
        const inside = bids.filter((bid) => bid.ts >= end - 10_000 && bid.ts < end).map((bid) => bid.auction)
        const counts = unique(inside).map((auction) => ({ auction, count: inside.filter((other) => other === auction).length }))
        const most = Math.max(...counts.map(({ count }) => count))
        return counts.filter(({ count }) => count === most).map((hot) => hashHotItemRow({ windowEnd: end, ...hot }))
      }),
    )
  },
  q7: ({ bids }) =>
    check(
      unique(bids.map((bid) => Math.floor(bid.ts / 10_000))).map((window) => {
        const prices = bids.filter((bid) => Math.floor(bid.ts / 10_000) === window).map((bid) => bid.price)
        return hashHighestRow({ windowEnd: (window + 1) * 10_000, price: Math.max(...prices) })
      }),
    ),
  q8: ({ persons, auctions }) =>
    check(
      persons
        .filter(({ id, ts }) => auctions.some(({ seller, ts: at }) => seller === id && Math.floor(at / 10_000) === Math.floor(ts / 10_000)))
        .map(({ id, name, ts }) => hashNewSellerRow({ id, name, windowStart: Math.floor(ts / 10_000) * 10_000 })),
    ),
  q11: ({ bids }) =>
    check(
      unique(bids.map((bid) => bid.bidder)).flatMap((bidder) => {
        const times = bids.filter((bid) => bid.bidder === bidder).map((bid) => bid.ts)
        const starts = times.map((time, i) => (i === 0 || time - times[i - 1]! > 1000 ? i : -1)).filter((i) => i >= 0)
        return starts.map((from, s) => {
          const session = times.slice(from, starts[s + 1])
          return hashSessionRow({ bidder, count: session.length, start: session[0]!, end: session.at(-1)! + 1000 })
        })
      }),
    ),
}

describe('the loops with state give what the relations give', () => {
  // Spans that begin shortly before a window of 10 s ends, so that a few thousand events see windows fire.
  const nearWindowEnd = fc
    .record({ window: fc.nat({ max: 1_000 }), before: fc.integer({ min: 0, max: 1_500 }), count: fc.integer({ min: 0, max: 3_000 }) })
    .map(({ window, before, count }) => ({ first: Math.max(0, window * 100_000 - before), count }))

  test.each(Object.entries(RELATIONS))('%s', async (query, relation) => {
    const { naive } = await loadLoops(query as QueryName)
    const agree = fc.property(nearWindowEnd, (some) => {
      expect(naive(some)).toStrictEqual(relation(eventsOf(some)))
    })
    fc.assert(agree, { numRuns: 15 })
  })

  test('q11 closes a session only after more than 1 s without a bid', async () => {
    const { naive } = await loadLoops('q11')
    const some = { first: 0, count: 30_000 }
    expect(naive(some)).toStrictEqual(RELATIONS.q11!(eventsOf(some)))
    expect(makeEvent(29_999).ts - BASE_MS).toBeGreaterThan(2_000)
  })
})
