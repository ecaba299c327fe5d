import fc from 'fast-check'
import { canonicalKey } from '../../src/core/key.ts'
import type { Key } from '../../src/core/key-hash.ts'
import { AggregateBuilder } from '../../src/state/aggregates.ts'
import { smallKey } from './keys.ts'

export interface Trade {
  key: Key
  price: number
  /** Integers only, so that sums do not depend on their order. */
  volume: number
}

const a = new AggregateBuilder<Trade>()

/** A custom aggregate that changes and returns its accumulators. */
const prices = a.custom<Map<number, number>, string>({
  create: () => new Map(),
  add: (acc, { price }) => acc.set(price, (acc.get(price) ?? 0) + 1),
  merge: (x, y) => {
    for (const [price, count] of y) x.set(price, (x.get(price) ?? 0) + count)
    return x
  },
  result: (acc) => [...acc].sort(([x], [y]) => x - y).join(' '),
})

export const tradeSpecs = {
  trades: a.count(),
  volume: a.sum('volume'),
  low: a.min('price'),
  high: a.max('price'),
  mean: a.avg('volume'),
  prices,
}

export const tradeOf = fc.record({
  key: smallKey,
  price: fc.integer({ min: -5, max: 5 }).map((n) => n / 2),
  volume: fc.integer({ min: -1000, max: 2 ** 40 }),
})

/** What the results must be: records grouped in a Map by canonical text, then each result computed from the list. */
export const naive = (trades: readonly Trade[]): Map<string, Record<string, unknown>> => {
  const groups = new Map<string, Trade[]>()
  for (const trade of trades) {
    const text = canonicalKey(trade.key)
    groups.set(text, [...(groups.get(text) ?? []), trade])
  }
  return new Map(
    [...groups].map(([text, group]) => {
      const volume = group.reduce((sum, trade) => sum + trade.volume, 0)
      const byPrice = new Map<number, number>()
      for (const { price } of group) byPrice.set(price, (byPrice.get(price) ?? 0) + 1)
      const result = {
        trades: group.length,
        volume,
        low: Math.min(...group.map((trade) => trade.price)),
        high: Math.max(...group.map((trade) => trade.price)),
        mean: volume / group.length,
        prices: [...byPrice].sort(([x], [y]) => x - y).join(' '),
      }
      return [text, result]
    }),
  )
}

/** Results by canonical text of their key, as `naive` gives them. */
export const resultsOf = (
  tables: readonly { emitAll(fn: (result: Record<string, unknown> & { key: Key }) => void): void }[],
): Map<string, Record<string, unknown>> => {
  const results = new Map<string, Record<string, unknown>>()
  for (const table of tables) {
    table.emitAll(({ key, ...result }) => {
      const text = canonicalKey(key)
      if (results.has(text)) throw new Error(`two owners have the key ${text}`)
      results.set(text, result)
    })
  }
  return results
}
