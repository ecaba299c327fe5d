import { z } from 'zod'
import { defineJob, inlet, window } from '../../../src/index.ts'

export interface Order {
  readonly shop: string
  readonly cents: number
  readonly at: number
}

export default defineJob(import.meta, {
  config: z.object({ minCents: z.coerce.number().default(0) }),
  inlets: { orders: inlet<Order>({ eventTime: (order) => order.at, disorderMs: 2_000 }) },
  build: ({ inlets, config }) => {
    const perMinute = inlets.orders
      .filter((order) => order.cents >= config.minCents)
      .keyBy('shop')
      .window(window.tumbling({ sizeMs: 60_000 }))
      .aggregate((a) => ({ orders: a.count(), cents: a.sum('cents') }), { name: 'per-shop-minute' })
    return { perMinute }
  },
})
