/**
 * A table: rows by key that change as records come in. It becomes a stream in one of three ways. 'every': a row for each record; 'changes': the
 * newest row of each changed key, now and then; 'final': each row once, when the input has ended.
 */
import { defineJob, inlet } from 'millrace'
import type { Order } from './orders.ts'

export default defineJob(import.meta, {
  inlets: { orders: inlet<Order>() },
  build: ({ inlets }) => {
    const perShop = inlets.orders.keyBy('shop').aggregate((a) => ({ orders: a.count(), cents: a.sum('cents') }), { name: 'per-shop' })
    return {
      changes: perShop.toStream({ emit: 'changes' }),
      final: inlets.orders.keyBy('shop').count().toStream({ emit: 'final' }),
      every: inlets.orders.keyBy('shop').sum('cents').toStream({ emit: 'every' }),
    }
  },
})
