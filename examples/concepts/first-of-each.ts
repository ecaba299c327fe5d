/**
 * Distinct, limit, sample, enumerate, tap: parts of a stream. `distinct` keeps the first record of each key, `limit` the first of all, `sample`
 * some of them, always the same ones; `enumerate` numbers them.
 */
import { defineJob, inlet } from 'millrace'
import type { Order } from './orders.ts'

export default defineJob(import.meta, {
  inlets: { orders: inlet<Order>() },
  build: ({ inlets }) => ({
    firstOfShop: inlets.orders.distinct('shop'),
    firstThree: inlets.orders.limit(3),
    everyTenth: inlets.orders.sample({ every: 10 }),
    someOf: inlets.orders.sample({ ratio: 0.2, seed: 7 }),
    numbered: inlets.orders.tap((order) => void order.id).enumerate(),
  }),
})
