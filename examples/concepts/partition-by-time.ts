/**
 * Partition by time: all records of a minute reach the same actor, those of the next minute the next one. The actor that has a minute can,
 * for example, write it into a file of its own. Event times come from the inlet; by: 'arrival' goes by the clock instead.
 */
import { defineJob, inlet } from 'millrace'
import type { Order } from './orders.ts'
import { whereabouts } from './whereabouts.ts'

export default defineJob(import.meta, {
  inlets: { orders: inlet<Order>({ eventTime: (order) => order.at }) },
  build: ({ inlets }) => {
    const placed = inlets.orders
      .partitionByTime({ bucketMs: 60_000, by: 'event' })
      .transform<{ readonly instance: number; readonly record: Order }>(whereabouts)
    return { placed }
  },
})
