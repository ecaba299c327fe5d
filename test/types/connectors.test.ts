/** What the compiler knows of connectors. */
import { expectTypeOf, test } from 'vitest'
import {
  type EventFeed,
  eventFeed,
  eventSink,
  httpHandler,
  httpSink,
  httpSource,
  webSocketSource,
} from '../../src/connectors/http/index.ts'
import { type KafkaMessage, type KafkaTextMessage, kafkaSink, kafkaSource } from '../../src/connectors/kafka/index.ts'
import { type ParquetRow, parquetSource } from '../../src/connectors/parquet/index.ts'
import { postgresSink, postgresUpsert } from '../../src/connectors/postgres/index.ts'
import type { Inlet, SinkSpec, SourceSpec, Stream } from '../../src/index.ts'

interface Order {
  readonly shop: string
  readonly cents: number
}

const brokers = ['127.0.0.1:1']
const connection = { host: 'h', database: 'd', user: 'u' } as const

/** Only compiled. */
function compiled(_use: (orders: Stream<Order>, inlet: Inlet<Order>) => void): void {}

test('sources give what their parse makes, else what comes', () => {
  compiled(() => {
    const parse = (value: unknown): Order => value as Order
    expectTypeOf(httpSource({ port: 1, parse })).toEqualTypeOf<SourceSpec<Order>>()
    expectTypeOf(httpSource({ port: 1 })).toEqualTypeOf<SourceSpec<unknown>>()
    expectTypeOf(webSocketSource({ url: 'ws://h', parse: (text) => (text === '' ? undefined : text.length) })).toEqualTypeOf<
      SourceSpec<number>
    >()
    webSocketSource<Order>({ url: 'ws://h', position: (order) => order.cents })
    // @ts-expect-error -- a position is a number
    webSocketSource<Order>({ url: 'ws://h', position: (order) => order.shop })
    expectTypeOf(kafkaSource({ brokers, topic: 't' })).toEqualTypeOf<SourceSpec<KafkaTextMessage>>()
    const read = kafkaSource({ brokers, topic: 't', parse: (message) => expectTypeOf(message).toEqualTypeOf<KafkaMessage>() })
    expectTypeOf(read).toEqualTypeOf<SourceSpec<true>>()
    expectTypeOf(parquetSource({ path: 'x' })).toEqualTypeOf<SourceSpec<ParquetRow>>()
    expectTypeOf(parquetSource({ path: 'x', parse: () => 1 })).toEqualTypeOf<SourceSpec<number>>()
    // @ts-expect-error -- there is no such option
    httpSource({ port: 1, tokens: [] })
    // @ts-expect-error -- there is no such start
    kafkaSource({ brokers, topic: 't', startAt: 'now' })
  })
})

test('functions of sinks know the records of their stream', () => {
  compiled((orders, inlet) => {
    orders.to(httpSink({ url: 'http://h', value: (order: Order) => order.cents }))
    orders.to(eventSink<Order>({ port: 1, key: 'shop', event: ({ shop }) => shop }))
    orders.to(kafkaSink({ brokers, topic: ({ shop }) => shop, key: ({ shop }) => shop, partition: ({ cents }) => cents }))
    orders.to(postgresSink({ connection, table: 't', columns: ['shop'] }))
    orders.to(postgresUpsert({ connection, table: 't', columns: ['shop'], keyColumns: ['shop'], key: 'shop' }))
    // @ts-expect-error -- no such field
    orders.to(eventSink<Order>({ port: 1, key: 'region' }))
    // @ts-expect-error -- no such field
    orders.to(kafkaSink({ brokers, topic: ({ region }) => region }))
    // @ts-expect-error -- rows of another type
    orders.to(httpSink({ url: 'http://h', value: (row: { region: string }) => row.region }))
    expectTypeOf(httpSink<Order>({ url: 'http://h' })).toEqualTypeOf<SinkSpec<Order>>()
    expectTypeOf(eventFeed<Order>()).toEqualTypeOf<EventFeed<Order>>()
    httpHandler(inlet, { parse: () => ({ shop: 'a', cents: 1 }) })
    // @ts-expect-error -- no order
    httpHandler<Order>(inlet, { parse: () => ({ shop: 'a' }) })
  })
})
