/** Split: each record goes to the first branch whose predicate holds, and to the rest when none does. */
import { defineJob, inlet } from 'millrace'
import type { Order } from './orders.ts'

export default defineJob(import.meta, {
  inlets: { orders: inlet<Order>() },
  build: ({ inlets }) => {
    const { free, large, others } = inlets.orders.split(
      { free: (order) => order.cents === 0, large: (order) => order.cents >= 10_000 },
      { rest: 'others' },
    )
    return { free, large, others: others.keyBy('shop').count().toStream({ emit: 'final' }) }
  },
})
