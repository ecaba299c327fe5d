import { expect, expectTypeOf, test } from 'vitest'
import { launch } from '../../src/index.ts'
import { temporaryDir } from '../storage/fixtures.ts'
import orders, { type Order } from './jobs/order-windows.ts'

const START = 1_700_000_040_000

/** Out of order by less than was declared. */
function readOrders(): Order[] {
  return Array.from({ length: 5_000 }, (_, n) => ({
    shop: `shop ${n % 3}`,
    cents: n % 500,
    at: START + n * 100 - ((n * 7919) % 1_900),
  }))
}

function oracle(all: readonly Order[], minCents: number): Map<string, { orders: number; cents: number }> {
  const windows = new Map<string, { orders: number; cents: number }>()
  for (const { shop, cents, at } of all) {
    if (cents < minCents) continue
    const name = `${shop} ${Math.floor(at / 60_000) * 60_000}`
    const { orders: before, cents: sum } = windows.get(name) ?? { orders: 0, cents: 0 }
    windows.set(name, { orders: before + 1, cents: sum + cents })
  }
  return windows
}

test('orders are pushed in out of order, and the sums of each shop and minute are read out, typed from end to end', async () => {
  const run = await launch(orders, { workers: 2, config: { minCents: '100' }, stateDir: temporaryDir() })
  const rows = new Map<string, { orders: number; cents: number }>()
  const reader = (async () => {
    for await (const row of run.outlet('perMinute')) {
      expectTypeOf(row).toExtend<{ key: string; windowStart: number; windowEnd: number; orders: number; cents: number }>()
      expect(row.windowEnd - row.windowStart).toBe(60_000)
      expect(rows.has(`${row.key} ${row.windowStart}`)).toBe(false)
      rows.set(`${row.key} ${row.windowStart}`, { orders: row.orders, cents: row.cents })
    }
  })()
  const all = readOrders()
  expectTypeOf(run.inlet('orders').push).parameter(0).toEqualTypeOf<Order>()
  for (const order of all) await run.inlet('orders').push(order)
  await run.stop({ drain: true })
  await reader
  expect(rows).toEqual(oracle(all, 100))
})
