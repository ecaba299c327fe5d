import { z } from 'zod'
import { defineJob } from '../../../src/index.ts'

const config = z.object({
  count: z.coerce.number().default(1000),
  limits: z.object({ minCents: z.coerce.number().default(0) }).prefault({}),
})

/** Orders of seven shops, their sums at the end, and the largest ones. */
export default defineJob(import.meta, {
  config,
  build: ({ source, config: { count, limits } }) => {
    const orders = source.generate('orders', { count, make: (n) => ({ shop: `shop ${n % 7}`, cents: n % 1000 }) })
    const large = orders.filter((order) => order.cents >= limits.minCents, { name: 'large' })
    const perShop = large.keyBy('shop').aggregate((a) => ({ cents: a.sum('cents') }), { name: 'per-shop' })
    const top = large.filter((order) => order.cents === 999, { name: 'top' })
    return { perShop: perShop.toStream({ emit: 'final' }), top }
  },
})
