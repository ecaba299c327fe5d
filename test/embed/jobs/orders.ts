import { z } from 'zod'
import { defineJob, inlet } from '../../../src/index.ts'

export interface Order {
  readonly shop: string
  readonly cents: number
  readonly at: number
}

/** The program of the guide: orders in, what each shop has sold out. */
export default defineJob(import.meta, {
  config: z.object({ minCents: z.coerce.number().default(0) }),
  inlets: { orders: inlet<Order>({ eventTime: (order) => order.at }) },
  build: ({ inlets, config }) => {
    const perShop = inlets.orders
      .filter((order) => order.cents >= config.minCents)
      .keyBy('shop')
      .aggregate((a) => ({ orders: a.count(), cents: a.sum('cents') }), {
        name: 'per-shop',
        priority: { by: { signal: 'rush' }, steps: [{ from: 1, priority: 10 }], everyMs: 10 },
      })
    return { perShop: perShop.toStream({ emit: 'final' }) }
  },
})
