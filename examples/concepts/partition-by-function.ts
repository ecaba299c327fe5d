/**
 * Partition by a function of one's own: it names the actor. Here large orders have the last actor to themselves, so that small ones never wait
 * behind them.
 */
import { defineJob, inlet } from 'millrace'
import type { Order } from './orders.ts'
import { whereabouts } from './whereabouts.ts'

export default defineJob(import.meta, {
  inlets: { orders: inlet<Order>() },
  build: ({ inlets }) => {
    const placed = inlets.orders
      .partitionBy(({ id, cents }, channels) => (channels === 1 || cents >= 10_000 ? channels - 1 : id % (channels - 1)))
      .transform<{ readonly instance: number; readonly record: Order }>(whereabouts)
    return { placed }
  },
})
