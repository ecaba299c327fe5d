/** What the compiler knows of sinks. */
import { expectTypeOf, test } from 'vitest'
import { sink, type BatchContext, type SinkSpec, type Stream, type StreamContext, type Upsert } from '../../src/index.ts'

interface Order {
  readonly shop: string
  readonly cents: number
}

/** Only compiled. */
function compiled(_use: (orders: Stream<Order>) => void): void {}

test('functions of sinks know the records of their stream', () => {
  compiled((orders) => {
    orders.to(sink.forEach((order) => expectTypeOf(order).toEqualTypeOf<Order>()))
    orders.to(
      sink.forEachBatch((batch, context) => {
        expectTypeOf(batch).toEqualTypeOf<Order[]>()
        expectTypeOf(context).toEqualTypeOf<BatchContext>()
      }),
    )
    orders.to(sink.files({ dir: 'out', format: 'csv', partition: ({ shop }) => shop, roll: { records: 10 } }))
    orders.to(sink.table({ path: 'x', key: 'shop' }))
    orders.to(sink.table({ path: 'x', key: ({ shop }) => [shop, 1], removes: ({ cents }) => cents < 0 }))
    orders
      .keyBy('shop')
      .count()
      .changes()
      .to(sink.table({ path: 'x', key: 'key', changes: true }))
    // @ts-expect-error -- no such field
    orders.to(sink.table({ path: 'x', key: 'region' }))
    // @ts-expect-error -- an object is no key
    orders.to(sink.table({ path: 'x', key: (order) => order }))
    orders.to(
      sink.upsert({
        key: 'shop',
        removes: ({ cents }) => cents === 0,
        write: (rows, { signal }) => {
          expectTypeOf(rows).toEqualTypeOf<Upsert<Order>[]>()
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        },
      }),
    )
    orders
      .keyBy('shop')
      .count()
      .changes()
      .to(sink.upsert({ key: 'key', changes: true, write: (rows) => expectTypeOf(rows[0]![1]!.count).toEqualTypeOf<number>() }))
    // @ts-expect-error -- no such field
    orders.to(sink.upsert({ key: 'region', write: () => {} }))
    orders.to(
      sink.twoPhaseCommit<Order, { readonly open: number }, string>(({ index }) => ({
        begin: ({ id }) => ({ open: id.length + index }),
        write: (handle, records) => expectTypeOf(records).toEqualTypeOf<Order[]>(),
        prepare: (handle) => String(handle.open),
        commit: ({ prepared, checkpoint }) => expectTypeOf([prepared, checkpoint]).toEqualTypeOf<(string | number)[]>(),
      })),
    )
    orders.to(sink.consoleTable({ key: ({ shop }) => shop }))
    orders.to(
      sink.nodeStream((context) => {
        expectTypeOf(context).toEqualTypeOf<StreamContext>()
        return process.stdout
      }),
    )
    orders.to(sink.webStream(() => new WritableStream<Order>()))
    orders.to(sink.file({ path: 'x', format: 'jsonLines' }))
    // @ts-expect-error -- an order has no such field
    orders.to(sink.files({ dir: 'out', format: 'csv', partition: ({ region }) => region }))
    // @ts-expect-error -- no such compression
    orders.to(sink.files({ dir: 'out', format: 'csv', compress: 'zip' }))
    // @ts-expect-error -- a sink of texts
    orders.to(sink.forEach<string>(() => {}))
  })
  expectTypeOf(sink.console()).toEqualTypeOf<SinkSpec<unknown>>()
})
