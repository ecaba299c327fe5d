/**
 * Partition by key: every record of a shop is processed by the same actor, however many workers there are, so that actor alone can know
 * how many orders the shop has had.
 */
import { defineJob, inlet } from 'millrace'
import type { Order } from './orders.ts'

export default defineJob(import.meta, {
  inlets: { orders: inlet<Order>() },
  build: ({ inlets }) => {
    const numbered = inlets.orders.keyBy('shop').scan(
      () => ({ shop: '', nth: 0 }),
      (last, order) => ({ shop: order.shop, nth: last.nth + 1 }),
    )
    return { numbered }
  },
})
