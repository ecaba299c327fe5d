import { existsSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { defineJob, window } from '../../../../src/index.ts'

interface Order {
  readonly shop: string
  readonly cents: number
  readonly at: number
}

/** Orders of shops at an even rate, without end: windows, totals, bad records now and then, and once, where there is a marker to leave, a crash. */
export default defineJob(import.meta, {
  name: 'orders-board',
  config: z.object({ rate: z.coerce.number().default(20_000), crash: z.object({ row: z.number(), marker: z.string() }).optional() }),
  build: ({ source, sink, config: { rate, crash } }) => {
    const orders = source.generate('orders', {
      count: Infinity,
      rowsPerSecond: rate,
      // One shop has a fifth of all orders.
      make: (n): Order => ({ shop: n % 5 === 0 ? 'shop 7' : `shop ${n % 50}`, cents: n % 997, at: Date.now() }),
      eventTime: (order) => order.at,
      disorderMs: 500,
    })
    const checked = orders.map(
      (order) => {
        if (order.cents === 13 && order.shop === 'shop 7') throw new RangeError(`no such price: ${order.cents}`)
        return order
      },
      { name: 'check', onError: 'deadLetter' },
    )
    checked.deadLetters().to(sink.forEach(() => {}))
    let seen = 0
    const priced = checked.map(
      (order) => {
        if (crash !== undefined && ++seen >= crash.row && !existsSync(crash.marker)) {
          writeFileSync(crash.marker, '')
          throw new TypeError('the price list is broken')
        }
        return { ...order, euros: order.cents / 100 }
      },
      { name: 'price' },
    )
    const perShop = priced.keyBy('shop').window(window.tumbling({ sizeMs: 1_000 }))
    perShop.aggregate((a) => ({ orders: a.count(), cents: a.sum('cents') }), { name: 'per shop and second' }).to(sink.forEach(() => {}))
    const totals = priced.keyBy('shop').sum('cents', { name: 'totals', priority: 1 })
    totals.toStream({ emit: 'changes' }).to(sink.forEach(() => {}))
  },
})
