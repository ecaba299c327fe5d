/**
 * Round-robin: each record to the next actor in turn, whatever it holds. An inlet is one actor; behind it the work is spread evenly
 * over all workers. `rebalance()` does it by batches and prefers the actor that is least busy.
 */
import { defineJob, inlet } from 'millrace'
import type { Order } from './orders.ts'
import { whereabouts } from './whereabouts.ts'

export default defineJob(import.meta, {
  inlets: { orders: inlet<Order>() },
  build: ({ inlets }) => {
    const placed = inlets.orders.roundRobin().transform<{ readonly instance: number; readonly record: Order }>(whereabouts)
    return { placed }
  },
})
