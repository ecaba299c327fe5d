/** What the compiler knows of joins. */
import { expectTypeOf, test } from 'vitest'
import type { Sources, Stream } from '../../src/index.ts'
import { defineJob } from '../../src/index.ts'

interface Order {
  readonly id: string
  readonly item: string
}

interface Payment {
  readonly order: string
  readonly cents: number
}

const streams = (source: Sources) => ({
  orders: source.generate('orders', { count: 1, make: (n): Order => ({ id: `${n}`, item: 'x' }), eventTime: () => 1 }),
  payments: source.generate('payments', { count: 1, make: (n): Payment => ({ order: `${n}`, cents: n }), eventTime: () => 1 }),
})

test('an interval join has the type of its results, and of what is late', () => {
  defineJob(import.meta, {
    build: ({ source }) => {
      const { orders, payments } = streams(source)
      const interval = { lowerMs: 0, upperMs: 10 }
      const paid = orders.keyBy('id').intervalJoin(payments.keyBy('order'), interval, ({ item }, { cents }, { leftTime }) => {
        expectTypeOf(leftTime).toEqualTypeOf<number>()
        return { item, cents }
      })
      expectTypeOf(paid).toEqualTypeOf<Stream<{ item: string; cents: number }>>()
      const all = orders.keyBy('id').intervalJoin(payments.keyBy('order'), interval, () => 1, { lateRecords: 'output' })
      expectTypeOf(all.results).toEqualTypeOf<Stream<number>>()
      expectTypeOf(all.lateLeft).toEqualTypeOf<Stream<Order>>()
      expectTypeOf(all.lateRight).toEqualTypeOf<Stream<Payment>>()
      // @ts-expect-error -- the keys are of different types
      orders.keyBy('id').intervalJoin(payments.keyBy('cents'), interval, () => 1)
      return { paid }
    },
  })
})
