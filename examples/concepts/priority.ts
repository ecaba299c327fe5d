/** Priority: where more has come than can be processed, large orders go first; small ones still get their share, and those of one level keep their order. */
import { defineJob, inlet } from 'millrace'
import type { Order } from './orders.ts'

const NORMAL = 0
const URGENT = 1

export default defineJob(import.meta, {
  inlets: { orders: inlet<Order>() },
  build: ({ inlets }) => ({
    handled: inlets.orders
      .prioritize((order) => (order.cents >= 10_000 ? URGENT : NORMAL), { levels: 2 })
      .map(({ id, cents }) => ({ id, urgent: cents >= 10_000 })),
  }),
})
