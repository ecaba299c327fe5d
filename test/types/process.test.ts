/** What the compiler knows of keyed actors: checked when the tests are compiled. */
import { expectTypeOf, test } from 'vitest'
import { aggregating, list, map, recordsOf, reducing, value } from '../../src/index.ts'
import type { BackendOption, LaunchOptions } from '../../src/index.ts'
import type { ActorContext, KeyedActor, KeyedStream, NoOutputs, Stream, ValueState } from '../../src/index.ts'

interface Order {
  readonly shop: string
  readonly cents: number
}

interface Alert {
  readonly shop: string
}

/** Calls nothing: only the types matter. */
function given(
  _use: (orders: KeyedStream<Order, string>, alerts: KeyedStream<Alert, string>, rules: Stream<{ max: number }>) => void,
): void {}

test('an actor: record, key, state, emitted records and outputs are typed', () => {
  given((orders) => {
    const stream = orders.process({
      state: {
        last: value<number>(),
        sum: value<number>({ default: 0 }),
        all: list<Order>(),
        per: map<string, bigint>(),
        max: reducing<number>(Math.max),
        mean: aggregating({
          create: () => [0, 0],
          add: ([sum, n], cents: number) => [sum! + cents, n! + 1],
          result: ([sum, n]) => `${sum! / n!}`,
        }),
      },
      emits: recordsOf<Alert>(),
      outputs: { late: recordsOf<Order>() },
      onRecord(order, ctx) {
        expectTypeOf(order).toEqualTypeOf<Order>()
        expectTypeOf(ctx.key).toEqualTypeOf<string>()
        expectTypeOf(ctx.state.last.get()).toEqualTypeOf<number | undefined>()
        expectTypeOf(ctx.state.sum.get()).toEqualTypeOf<number>()
        expectTypeOf(ctx.state.all.get()).toEqualTypeOf<Order[]>()
        expectTypeOf(ctx.state.per.get('a')).toEqualTypeOf<bigint | undefined>()
        expectTypeOf(ctx.state.max.get()).toEqualTypeOf<number | undefined>()
        expectTypeOf(ctx.state.mean.get()).toEqualTypeOf<string | undefined>()
        ctx.emit({ shop: ctx.key })
        ctx.to.late(order)
        // @ts-expect-error -- an alert has a shop
        ctx.emit({ sohp: '' })
        // @ts-expect-error -- there is no such output
        ctx.to.early(order)
        // @ts-expect-error -- there is no such state
        ctx.state.first.get()
      },
      onTimer(time, ctx, domain) {
        expectTypeOf(time).toEqualTypeOf<number>()
        expectTypeOf(domain).toEqualTypeOf<'event' | 'processing'>()
        ctx.emit({ shop: ctx.key })
      },
    })
    expectTypeOf(stream).toExtend<Stream<Alert>>()
    expectTypeOf(stream.outputs.late).toEqualTypeOf<Stream<Order>>()
  })
})

test('an actor without emits can emit nothing', () => {
  given((orders) => {
    expectTypeOf(orders.process({ onRecord: () => {} })).toExtend<Stream<never>>()
    orders.process({
      onRecord(order, ctx) {
        // @ts-expect-error -- it has no emits
        ctx.emit(order)
      },
    })
  })
})

const state = { last: value<number>() }

class Doubles implements KeyedActor<Order, string, typeof state, Alert> {
  readonly state = state

  onRecord(_order: Order, ctx: ActorContext<string, typeof state, Alert>): void {
    ctx.emit({ shop: ctx.key })
  }
}

test('an actor of a class gives its types to the stream', () => {
  given((orders, alerts) => {
    const stream = orders.process(() => new Doubles())
    expectTypeOf(stream).toExtend<Stream<Alert>>()
    expectTypeOf(stream.outputs).toEqualTypeOf<{ readonly [N in keyof NoOutputs]: never }>()
    // @ts-expect-error -- its records are orders
    alerts.process(() => new Doubles())
  })
})

test('two inputs: each has its records, broadcast state can be written in its place only', () => {
  given((orders, alerts, rules) => {
    const joined = orders.connect(alerts).process({
      state: { last: value<Order>() },
      emits: recordsOf<number>(),
      onFirst(order, ctx) {
        expectTypeOf(order).toEqualTypeOf<Order>()
        ctx.state.last.set(order)
      },
      onSecond(alert, ctx) {
        expectTypeOf(alert).toEqualTypeOf<Alert>()
        ctx.emit(ctx.state.last.get()?.cents ?? 0)
      },
    })
    expectTypeOf(joined).toExtend<Stream<number>>()
    orders.connectBroadcast(rules).process({
      broadcast: { max: value<number>() },
      onRecord(order, ctx) {
        expectTypeOf(order).toEqualTypeOf<Order>()
        expectTypeOf(ctx.broadcast.max.get()).toEqualTypeOf<number | undefined>()
        // @ts-expect-error -- only to be read here
        ctx.broadcast.max.set(1)
      },
      onBroadcast(rule, ctx) {
        expectTypeOf(rule).toEqualTypeOf<{ max: number }>()
        ctx.broadcast.max.set(rule.max)
        // @ts-expect-error -- a broadcast record has no key
        void ctx.key
      },
    })
  })
})

test('updateState passes its records on, queryState gives what its function makes', () => {
  given((orders, alerts) => {
    const kept = orders.updateState('last', value<number>(), (order, last) => {
      expectTypeOf(order).toEqualTypeOf<Order>()
      expectTypeOf(last).toEqualTypeOf<ValueState<number>>()
    })
    expectTypeOf(kept).toExtend<Stream<Order>>()
    const asked = alerts.queryState(kept, (alert, last) => {
      // @ts-expect-error -- a query changes nothing
      last.set(1)
      return { shop: alert.shop, last: last.get() }
    })
    expectTypeOf(asked).toEqualTypeOf<Stream<{ shop: string; last: number | undefined }>>()
  })
})

test('a backend is memory or lmdb, with bytes for its cache', () => {
  given((orders) => {
    orders.distinct({ backend: 'lmdb' })
    orders.distinct({ backend: { type: 'lmdb', cacheBytes: 1 << 20 } })
    // @ts-expect-error -- no such backend
    orders.distinct({ backend: 'rocksdb' })
    // @ts-expect-error -- what is in memory has no cache
    orders.distinct({ backend: { type: 'memory', cacheBytes: 1 << 20 } })
  })
  expectTypeOf<BackendOption>().toMatchTypeOf<LaunchOptions['backend']>()
})
