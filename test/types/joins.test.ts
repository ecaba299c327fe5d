/** What the compiler knows of joins. */
import { expectTypeOf, test } from 'vitest'
import type { Sources, Stream } from '../../src/index.ts'
import { defineJob, window } from '../../src/index.ts'

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

test('a window join knows which side may be missing', () => {
  defineJob(import.meta, {
    build: ({ source }) => {
      const { orders, payments } = streams(source)
      const sides = [orders.keyBy('id'), payments.keyBy('order')] as const
      const windows = window.tumbling({ sizeMs: 10 })
      const pairs = sides[0].join(sides[1], windows).apply((l, r, { key, start, end }) => {
        expectTypeOf(l).toEqualTypeOf<Order>()
        expectTypeOf(r).toEqualTypeOf<Payment>()
        expectTypeOf(key).toEqualTypeOf<string>()
        return end - start
      })
      expectTypeOf(pairs).toEqualTypeOf<Stream<number>>()
      sides[0].join(sides[1], windows, { type: 'left' }).apply((l, r) => {
        expectTypeOf(l).toEqualTypeOf<Order>()
        expectTypeOf(r).toEqualTypeOf<Payment | null>()
      })
      sides[0].join(sides[1], windows, { type: 'right' }).apply((l, r) => {
        expectTypeOf(l).toEqualTypeOf<Order | null>()
        expectTypeOf(r).toEqualTypeOf<Payment>()
      })
      const full = sides[0].join(sides[1], windows, { type: 'full', lateRecords: 'output' }).apply((l, r) => {
        expectTypeOf(l).toEqualTypeOf<Order | null>()
        expectTypeOf(r).toEqualTypeOf<Payment | null>()
        return 1
      })
      expectTypeOf(full.lateRight).toEqualTypeOf<Stream<Payment>>()
      const groups = sides[0].coGroup(sides[1], windows).apply((ls, rs) => [ls.length + rs.length])
      expectTypeOf(groups).toEqualTypeOf<Stream<number>>()
      // @ts-expect-error -- windows that never end
      sides[0].join(sides[1], window.count(3))
      return { pairs }
    },
  })
})

test('joins with the latest record say where there may be none', () => {
  defineJob(import.meta, {
    build: ({ source }) => {
      const { orders, payments } = streams(source)
      const [left, right] = [orders.keyBy('id'), payments.keyBy('order')]
      const inner = left.joinLatest(right, ({ item }, latest) => {
        expectTypeOf(latest).toEqualTypeOf<Payment>()
        return item
      })
      expectTypeOf(inner).toEqualTypeOf<Stream<string>>()
      left.joinTemporal(right, (_, version) => expectTypeOf(version).toEqualTypeOf<Payment | undefined>(), { type: 'left' })
      orders.joinBroadcast(right, 'id', (_, latest) => expectTypeOf(latest).toEqualTypeOf<Payment>(), {
        isDelete: ({ cents }) => cents === 0,
      })
      // @ts-expect-error -- no field of an order
      orders.joinBroadcast(right, 'cents', () => 1)
      const seven = (): number => 7
      // @ts-expect-error -- a key of another type
      orders.joinBroadcast(right, seven, () => 1)
      return { inner }
    },
  })
})

test('a lookup knows its key and its value', () => {
  defineJob(import.meta, {
    build: ({ source }) => {
      const { orders } = streams(source)
      const named = orders.lookup(
        'id',
        async (id, { signal }) => {
          expectTypeOf(id).toEqualTypeOf<string>()
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
          return id.length
        },
        ({ item }, length) => ({ item, length }),
        { cache: { maxEntries: 10 }, inFlight: 3 },
      )
      expectTypeOf(named).toEqualTypeOf<Stream<{ item: string; length: number }>>()
      const other = orders.lookup(
        ({ id }) => [id, 1] as const,
        ([id]) => id,
        (_, id) => id,
      )
      expectTypeOf(other).toEqualTypeOf<Stream<string>>()
      return { named }
    },
  })
})
