import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { guaranteeOf } from '../../src/cli/plan/guarantee.ts'
import { eventSink, httpSink, httpSource, webSocketSource } from '../../src/connectors/http/index.ts'
import { kafkaSink, kafkaSource } from '../../src/connectors/kafka/index.ts'
import { parquetSource } from '../../src/connectors/parquet/index.ts'
import { postgresSink, postgresUpsert } from '../../src/connectors/postgres/index.ts'
import { fingerprint } from '../../src/graph/fingerprint.ts'
import { defineJob, sink, type SinkSpec, type SourceSpec } from '../../src/index.ts'
import { runToEnd } from '../../src/testing/index.ts'
import { projectRoot } from '../package/project-root.ts'

const SECRET = 'open-sesame'
const brokers = ['127.0.0.1:1']
const sasl = { mechanism: 'PLAIN', username: 'u', password: SECRET } as const
const connection = { host: 'h', database: 'd', user: 'u', password: SECRET }
const target = { connection, table: 't', columns: ['a', 'b'] }

const SOURCES: Readonly<Record<string, () => SourceSpec<unknown>>> = {
  httpSource: () => httpSource({ port: 0, token: SECRET, tls: { key: SECRET } }),
  webSocketSource: () => webSocketSource({ url: `ws://h/?token=${SECRET}`, headers: { authorization: SECRET } }),
  kafkaSource: () => kafkaSource({ brokers, sasl, topic: 't' }),
  parquetSource: () => parquetSource({ path: 'x' }),
}
const SINKS: Readonly<Record<string, () => SinkSpec<never>>> = {
  httpSink: () => httpSink({ url: `https://h/?token=${SECRET}`, token: SECRET, headers: { 'x-key': SECRET } }),
  eventSink: () => eventSink({ port: 0, token: SECRET, tls: { key: SECRET } }),
  kafkaSink: () => kafkaSink({ brokers, sasl, topic: 't' }),
  postgresSink: () => postgresSink(target),
  postgresUpsert: () => postgresUpsert<{ a: number }>({ ...target, keyColumns: ['a'], key: 'a' }),
}

const jobOf = (source: SourceSpec<unknown> | null, end: SinkSpec<never>) =>
  defineJob(import.meta, {
    name: 'connected',
    build: (context) => {
      const stream = source === null ? context.source.generate('s', { count: 1, make: (n) => n }) : context.source.from('s', source)
      stream.to(end as SinkSpec<unknown>)
      return {}
    },
  })

const page = readFileSync(join(projectRoot, 'docs', 'connectors.md'), 'utf8').split('\n')

test.each([...Object.keys(SOURCES), ...Object.keys(SINKS)])('%s states what its page says, and shows no secret', async (name) => {
  const job = name in SOURCES ? jobOf(SOURCES[name]!(), sink.console()) : jobOf(null, SINKS[name]!())
  const graph = await job.buildGraph({})
  const { sources, ends } = guaranteeOf(graph)
  const { guarantee } = name in SOURCES ? sources[0]! : ends[0]!
  const row = page.find((line) => line.startsWith('|') && line.includes(`\`${name}\``))!
  expect(row.split('|').at(-2)!.split(';')[0]!.trim()).toBe(guarantee.replaceAll('-', ' '))
  expect(fingerprint(graph).join()).not.toContain(SECRET)
})

test('a client that is missing, or too new for this Node.js, is told by its name', async () => {
  const [major] = process.versions.node.split('.').map(Number)
  const failure = await runToEnd(
    jobOf(
      SOURCES['kafkaSource']!(),
      sink.forEach(() => {}),
    ),
  ).catch((error: unknown) => error)
  // Where the client runs there is no broker: found out below, in less time than a broker would be waited for.
  if (major! < 22) expect(failure).toMatchObject({ code: 'MR_PACKAGE_MISSING', message: expect.stringContaining('@platformatic/kafka') })
  else expect(failure).toMatchObject({ code: expect.stringMatching(/^MR_/) })
}, 180_000)

test('what is no option is refused with its name, and without a secret', () => {
  const refused = (make: () => unknown): string => {
    try {
      make()
    } catch (error) {
      expect(error).toMatchObject({ code: 'MR_OPTION_INVALID' })
      expect(JSON.stringify(error) + String(error)).not.toContain(SECRET)
      return String(error)
    }
    return 'accepted'
  }
  expect(refused(() => httpSource({ port: 0, host: '0.0.0.0' }))).toMatch(/token/)
  expect(refused(() => httpSource({ port: 0, token: '', path: '/x' }))).toMatch(/token/)
  expect(refused(() => httpSource({ port: 0, path: 'orders' }))).toMatch(/path/)
  expect(refused(() => httpSource({ port: 0, bodyBytes: 100, waitingBytes: 10 }))).toMatch(/waitingBytes/)
  expect(refused(() => httpSink({ url: `https://user:${SECRET}@h/` }))).toMatch(/url/)
  expect(refused(() => httpSink({ url: 'http://h/', guarantee: 'exactly-once' as never }))).toMatch(/guarantee/)
  expect(refused(() => webSocketSource({ url: `http://h/?token=${SECRET}` }))).toMatch(/url/)
  expect(refused(() => eventSink({ port: 0, origins: ['*'] }))).toMatch(/origins/)
  expect(refused(() => kafkaSource({ brokers: ['host'], topic: 't' }))).toMatch(/brokers/)
  expect(refused(() => kafkaSource({ brokers, topic: 't', startAt: 'soon' as never }))).toMatch(/startAt/)
  expect(refused(() => kafkaSource({ brokers, topic: 't', sasl: { ...sasl, mechanism: 'NONE' as never } }))).toMatch(/mechanism/)
  expect(refused(() => kafkaSink({ brokers, topic: '' }))).toMatch(/topic/)
  expect(refused(() => kafkaSink({ brokers, topic: 't', transactionalID: 'x' } as never))).toMatch(/Did you mean "transactionalId"/)
  expect(refused(() => postgresSink({ ...target, table: 'a.b.c' }))).toMatch(/table/)
  expect(refused(() => postgresSink({ ...target, connection: `postgres://u:${SECRET}@h/d` as never }))).toMatch(/connection/)
  expect(refused(() => postgresUpsert<{ a: number }>({ ...target, keyColumns: ['c'], key: 'a' }))).toMatch(/keyColumns/)
})
