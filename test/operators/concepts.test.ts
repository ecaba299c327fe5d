import { expect, test } from 'vitest'
import broadcast from '../../examples/concepts/broadcast.ts'
import firstOfEach from '../../examples/concepts/first-of-each.ts'
import keyedActor from '../../examples/concepts/keyed-actor.ts'
import type { Order } from '../../examples/concepts/orders.ts'
import partitionByFunction from '../../examples/concepts/partition-by-function.ts'
import partitionByKey from '../../examples/concepts/partition-by-key.ts'
import partitionByTime from '../../examples/concepts/partition-by-time.ts'
import priority from '../../examples/concepts/priority.ts'
import roundRobin from '../../examples/concepts/round-robin.ts'
import scan from '../../examples/concepts/scan.ts'
import sideOutputs from '../../examples/concepts/side-outputs.ts'
import split from '../../examples/concepts/split.ts'
import switchOn, { type Happening } from '../../examples/concepts/switch-on.ts'
import table from '../../examples/concepts/table.ts'
import tableOfTable from '../../examples/concepts/table-of-table.ts'
import updateState from '../../examples/concepts/update-state.ts'
import { runToEnd } from '../../src/testing/index.ts'

const SHOPS = ['a', 'b', 'c']
const orders: Order[] = Array.from({ length: 60 }, (_, id) => ({
  id,
  shop: SHOPS[(id * id) % 3]!,
  cents: (id % 4) * 5_000,
  at: 1_700_000_000_000 + id * 7_000,
}))
const by = <T, K>(records: readonly T[], keyOf: (record: T) => K): Map<K, T[]> => {
  const groups = new Map<K, T[]>()
  for (const record of records) (groups.get(keyOf(record)) ?? groups.set(keyOf(record), []).get(keyOf(record))!).push(record)
  return groups
}
const sorted = <T>(records: readonly T[], keyOf: (record: T) => string | number): T[] =>
  records.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))

test('partition by key: each shop is counted by one actor', async () => {
  const { numbered } = await runToEnd(partitionByKey, { orders }, { workers: 3 })
  for (const [shop, got] of by(numbered, ({ shop }) => shop)) {
    expect(got.map(({ nth }) => nth)).toEqual(orders.filter((order) => order.shop === shop).map((_, i) => i + 1))
  }
})

test('partition by time: a minute is processed by one actor, the next by the next', async () => {
  const { placed } = await runToEnd(partitionByTime, { orders }, { workers: 3 })
  expect(placed.length).toBe(orders.length)
  for (const { instance, record } of placed) expect(instance).toBe(Math.floor(record.at / 60_000) % 3)
})

test('round-robin: each actor gets its share', async () => {
  const { placed } = await runToEnd(roundRobin, { orders }, { workers: 3 })
  expect([...by(placed, ({ instance }) => instance).values()].map(({ length }) => length)).toEqual([20, 20, 20])
})

test('partition by function: large orders have an actor to themselves', async () => {
  const { placed } = await runToEnd(partitionByFunction, { orders }, { workers: 3 })
  expect(placed.length).toBe(orders.length)
  for (const { instance, record } of placed) expect(instance).toBe(record.cents >= 10_000 ? 2 : record.id % 2)
})

test('priority: large orders overtake small ones, and both keep their order', async () => {
  const { handled } = await runToEnd(priority, { orders }, { workers: 1 })
  const [urgent, normal] = [true, false].map((level) => handled.filter((order) => order.urgent === level).map(({ id }) => id))
  expect(urgent).toEqual(orders.filter(({ cents }) => cents >= 10_000).map(({ id }) => id))
  expect(normal).toEqual(orders.filter(({ cents }) => cents < 10_000).map(({ id }) => id))
})

test('keyed actor: whoever has not paid within a minute is reminded', async () => {
  const placed = Array.from({ length: 40 }, (_, order) => ({ order, at: order * 1_000 }))
  const paid = placed.filter(({ order }) => order % 3 > 0).map(({ order, at }) => ({ order, at: at + (order % 3 === 1 ? 500 : 61_000) }))
  const { reminders } = await runToEnd(keyedActor, { placed, paid }, { workers: 2 })
  const late = placed.filter(({ order }) => order % 3 !== 1).map(({ order, at }) => ({ order, since: at }))
  expect(sorted(reminders, ({ order }) => order)).toEqual(late)
})

test('update and query state: a payment is worth what its currency is when it comes', async () => {
  const rates = [
    { currency: 'EUR', perUnit: 2 },
    { currency: 'EUR', perUnit: 3 },
  ]
  const payments = [1, 2, 3].map((id) => ({ id, currency: id === 3 ? 'USD' : 'EUR', amount: 10 }))
  const { valued } = await runToEnd(updateState, { rates, payments }, { workers: 2 })
  expect(sorted(valued, ({ id }) => id).map(({ id }) => id)).toEqual([1, 2, 3])
  for (const { id, worth } of valued) expect(id === 3 ? [10] : [10, 20, 30]).toContain(worth)
})

test('broadcast: every actor gets every record', async () => {
  const rules = [
    { shop: 'a', maxCents: 5 },
    { shop: 'b', maxCents: 7 },
  ]
  const { known } = await runToEnd(broadcast, { rules }, { workers: 3 })
  for (const instance of [0, 1, 2]) expect(known.filter((at) => at.instance === instance).map(({ record }) => record)).toEqual(rules)
  expect(known.length).toBe(6)
})

test('split: three branches, each record in one of them', async () => {
  const { free, large, others } = await runToEnd(split, { orders })
  expect(free).toEqual(orders.filter(({ cents }) => cents === 0))
  expect(large).toEqual(orders.filter(({ cents }) => cents >= 10_000))
  const rest = by(
    orders.filter(({ cents }) => cents === 5_000),
    ({ shop }) => shop,
  )
  expect(sorted(others, ({ key }) => key)).toEqual(
    sorted(
      [...rest].map(([key, { length }]) => ({ key, count: length })),
      ({ key }) => key,
    ),
  )
})

test('switch: a stream for each member of a union', async () => {
  const happenings: Happening[] = [
    { kind: 'auction', auction: 1, title: 'a chair' },
    { kind: 'bid', auction: 1, cents: 100 },
    { kind: 'bid', auction: 1, cents: 70 },
  ]
  const { best, titles } = await runToEnd(switchOn, { happenings })
  expect(best).toEqual([{ key: 1, max: 100 }])
  expect(titles).toEqual(['A CHAIR'])
})

test('side outputs: what cannot be parsed has an output of its own', async () => {
  const { average, bad } = await runToEnd(sideOutputs, { lines: ['x 1', 'x 2', 'y', 'z one'] })
  expect(average).toEqual([{ key: 'x', avg: 1.5 }])
  expect(bad).toEqual(['y', 'z one'])
})

test('scan: the state of a key after every record', async () => {
  const { balances } = await runToEnd(scan, {
    transfers: [5, -2, 10].flatMap((cents) => [
      { account: 'a', cents },
      { account: 'b', cents: 2 * cents },
    ]),
  })
  expect(balances.filter(({ account }) => account === 'a').map(({ cents }) => cents)).toEqual([5, 3, 13])
  expect(balances.filter(({ account }) => account === 'b').map(({ cents }) => cents)).toEqual([10, 6, 26])
})

test('table: every step, changes, or final rows', async () => {
  const { every, changes, final } = await runToEnd(table, { orders })
  expect(every.length).toBe(orders.length)
  const perShop = by(orders, ({ shop }) => shop)
  expect(sorted(final, ({ key }) => key)).toEqual(
    sorted(
      [...perShop].map(([key, { length }]) => ({ key, count: length })),
      ({ key }) => key,
    ),
  )
  const last = new Map(changes.map((row) => [row.key, row]))
  for (const [shop, got] of perShop) {
    expect(last.get(shop)).toEqual({ key: shop, orders: got.length, cents: got.reduce((sum, { cents }) => sum + cents, 0) })
  }
})

test('parts of a stream', async () => {
  const { firstOfShop, firstThree, everyTenth, someOf, numbered } = await runToEnd(firstOfEach, { orders })
  expect(sorted(firstOfShop, ({ id }) => id)).toEqual(SHOPS.flatMap((shop) => orders.find((order) => order.shop === shop) ?? []))
  expect(firstThree).toEqual(orders.slice(0, 3))
  expect(everyTenth).toEqual(orders.filter(({ id }) => id % 10 === 9))
  expect((await runToEnd(firstOfEach, { orders }, { workers: 4 })).someOf).toEqual(someOf)
  expect(someOf.length).toBeGreaterThan(3)
  expect(someOf.length).toBeLessThan(25)
  expect(numbered).toEqual(orders.map((record, index) => ({ index, record })))
})

test('table of a table: a customer who moves on is counted once', async () => {
  const purchases = [
    { customer: 'ann', euros: 90 },
    { customer: 'bob', euros: 20 },
    { customer: 'ann', euros: 30 },
    { customer: 'bob', euros: 95 },
    { customer: 'cid', euros: 1 },
  ]
  const { classes, changes } = await runToEnd(tableOfTable, { purchases })
  expect(sorted(classes, ({ key }) => key)).toEqual([
    { key: 'large', count: 2 },
    { key: 'small', count: 1 },
  ])
  const rows = new Map<string, number>()
  for (const { kind, row } of changes) {
    if (kind === 'delete') rows.delete(row.key)
    else if (kind !== 'update-before') rows.set(row.key, row.count)
  }
  expect(Object.fromEntries(rows)).toEqual({ large: 2, small: 1 })
})
