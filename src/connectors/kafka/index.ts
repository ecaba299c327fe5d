/**
 * `millrace/kafka`: topics of Apache Kafka as sources and sinks. Needs the package `@platformatic/kafka`, and with it Node.js 22.22, 24.6 or newer; brokers from 3.1 on.
 *
 * @module
 */
import { Writable } from 'node:stream'
import { callbackify } from 'node:util'
import { onlyKnown } from '../../core/known-options.ts'
import { refuseOption } from '../../core/refuse-option.ts'
import {
  KAFKA_FETCH_BYTES_DEFAULT,
  KAFKA_PARTITION_BYTES_DEFAULT,
  KAFKA_SEND_RECORDS_DEFAULT,
  KAFKA_TRANSACTION_MS_DEFAULT,
} from '../limits.ts'
import { checkFunction } from '../../graph/check-function.ts'
import * as check from '../../graph/check-sink.ts'
import { type SinkSpec, sink } from '../../graph/sinks.ts'
import { definitionSite } from '../../graph/site.ts'
import type { SourceSpec } from '../../graph/source-options.ts'
import { KafkaClient } from './client.ts'
import { CONNECTION_OPTIONS, type KafkaConnection, checkConnection } from './connection.ts'
import type { KafkaMessage, KafkaTextMessage } from './message.ts'
import { MessageMaker, type MessageOptions } from './outgoing.ts'
import { type KafkaSourceSpec, kafkaSourceDefinition } from './source.ts'
import { KafkaWriter, newIdentity } from './transaction.ts'
import { type TransactionSettings, openTransactions } from './transactions.ts'

export type { Secret } from '../secret.ts'
export type { KafkaConnection, KafkaSasl } from './connection.ts'
export type { KafkaMessage, KafkaTextMessage } from './message.ts'
export type { MessageOptions, MessagePart } from './outgoing.ts'

export interface KafkaSourceOptions<T> extends KafkaConnection {
  readonly topic: string
  /** Turns a message into the record; what it throws makes the message a bad one. Default: key and value as texts, with topic, partition, offset and timestamp. */
  readonly parse?: (message: KafkaMessage) => T
  /** Where a job without a checkpoint begins: at the first message that is there, behind the last one, or with the first that is not older than a time in ms since 1970. Default 'earliest'. */
  readonly startAt?: 'earliest' | 'latest' | number
  /** 'latest': the source ends with what is there when a run first says so. Default 'forever'. */
  readonly until?: 'forever' | 'latest'
  /** 'uncommitted': messages of transactions that are open, or were aborted, as well. Default 'committed'. */
  readonly isolation?: 'committed' | 'uncommitted'
  /** Bytes of one answer of a broker, about. Default 16 MiB. */
  readonly fetchBytes?: number
  /** Bytes of one partition in it. Default 1 MiB. */
  readonly partitionBytes?: number
}

export interface KafkaSinkOptions<T> extends KafkaConnection, MessageOptions<T> {
  /** 'at-least-once': readers see messages at once; those since the last checkpoint come again after a failure. Default 'exactly-once': with the checkpoint that holds them. */
  readonly guarantee?: 'exactly-once' | 'at-least-once'
  /** Beginning of the transactional ids, for the rights of brokers. Default 'millrace'. */
  readonly transactionalId?: string
  /** Brokers abort a transaction that is open for so long: longer than the checkpoint interval and any outage. At most what they permit. Default 900,000. */
  readonly transactionTimeoutMs?: number
  /** When brokers have aborted a transaction that a checkpoint holds: 'skip' goes on without its records. Default 'fail'. */
  readonly onLostTransaction?: 'fail' | 'skip'
  /** Messages of one request, at most. Default 2,000. */
  readonly batchRecords?: number
}

const SOURCE_OPTIONS = { topic: 1, parse: 1, startAt: 1, until: 1, isolation: 1, fetchBytes: 1, partitionBytes: 1 } as const
const MESSAGE_OPTIONS = { topic: 1, key: 1, value: 1, headers: 1, timestamp: 1, partition: 1 } as const
const SINK_OPTIONS = { guarantee: 1, transactionalId: 1, transactionTimeoutMs: 1, onLostTransaction: 1, batchRecords: 1 } as const

/**
 * The messages of a topic, for `source.from(name, kafkaSource({ ... }))`. Partition p is split p, with a watermark of its own, read by instance p mod parallelism. Exactly once: checkpoints
 * keep offsets. No consumer group is joined.
 *
 * @throws MillraceError MR_OPTION_INVALID; the run fails with MR_PACKAGE_MISSING where the client is not installed
 */
export function kafkaSource<T = KafkaTextMessage>(options: KafkaSourceOptions<T>): SourceSpec<T> {
  const site = definitionSite(kafkaSource)
  onlyKnown('kafkaSource', options, { ...CONNECTION_OPTIONS, ...SOURCE_OPTIONS }, site)
  checkConnection('kafkaSource', options, site)
  const { topic, parse, startAt = 'earliest', until = 'forever', isolation = 'committed' } = options
  const { fetchBytes = KAFKA_FETCH_BYTES_DEFAULT, partitionBytes = KAFKA_PARTITION_BYTES_DEFAULT } = options
  if (typeof topic !== 'string' || topic === '') refuseOption('topic of kafkaSource', topic, 'a name', { site })
  if (parse !== undefined) checkFunction(parse, 'kafkaSource parse')
  if (startAt !== 'earliest' && startAt !== 'latest' && !(Number.isSafeInteger(startAt) && startAt >= 0))
    refuseOption('startAt of kafkaSource', startAt, `'earliest', 'latest' or a time in ms since 1970`, { site })
  if (until !== 'forever' && until !== 'latest') refuseOption('until of kafkaSource', until, `'forever' or 'latest'`, { site })
  if (isolation !== 'committed' && isolation !== 'uncommitted')
    refuseOption('isolation of kafkaSource', isolation, `'committed' or 'uncommitted'`, { site })
  check.integer('kafkaSource fetchBytes', fetchBytes, 2 ** 31 - 1)
  check.integer('kafkaSource partitionBytes', partitionBytes, 2 ** 31 - 1)
  const limits = { fetchBytes, partitionBytes, committedOnly: isolation === 'committed' }
  const spec: KafkaSourceSpec = { connection: () => options, topic, parse: parse ?? null, startAt, until, ...limits }
  return { kind: 'kafka', spec: { ...spec }, parallelism: 'workers', guarantee: 'exactly-once', definition: kafkaSourceDefinition }
}

/**
 * Records as messages of a topic. By default in transactions, committed with the checkpoint that holds them: readers with isolation 'read_committed' see each record once.
 *
 * @throws MillraceError MR_OPTION_INVALID; the run fails with MR_PACKAGE_MISSING where the client is not installed
 */
export function kafkaSink<T>(options: KafkaSinkOptions<T>): SinkSpec<T> {
  const site = definitionSite(kafkaSink)
  onlyKnown('kafkaSink', options, { ...CONNECTION_OPTIONS, ...MESSAGE_OPTIONS, ...SINK_OPTIONS }, site)
  checkConnection('kafkaSink', options, site)
  const { topic, guarantee = 'exactly-once', transactionalId: prefix = 'millrace', onLostTransaction: onLost = 'fail' } = options
  const { transactionTimeoutMs: timeoutMs = KAFKA_TRANSACTION_MS_DEFAULT, batchRecords = KAFKA_SEND_RECORDS_DEFAULT } = options
  if (typeof topic === 'string' ? topic === '' : typeof topic !== 'function')
    refuseOption('topic of kafkaSink', topic, 'a name or a function', { site })
  for (const name of ['key', 'value', 'headers', 'timestamp', 'partition'] as const)
    if (options[name] !== undefined) checkFunction(options[name], `kafkaSink ${name}`)
  if (guarantee !== 'exactly-once' && guarantee !== 'at-least-once')
    refuseOption('guarantee of kafkaSink', guarantee, `'exactly-once' or 'at-least-once'`, { site })
  if (onLost !== 'fail' && onLost !== 'skip') refuseOption('onLostTransaction of kafkaSink', onLost, `'fail' or 'skip'`, { site })
  if (!/^[\w.-]{1,200}$/.test(prefix)) refuseOption('transactionalId of kafkaSink', prefix, '1 to 200 letters, digits or _ . -', { site })
  check.integer('kafkaSink transactionTimeoutMs', timeoutMs, 2 ** 31 - 1)
  check.integer('kafkaSink batchRecords', batchRecords, 1_000_000)
  const connect = (): Promise<KafkaClient> => KafkaClient.open(options)
  if (guarantee === 'at-least-once') return sink.nodeStream(() => messageStream(connect, new MessageMaker(options), batchRecords))
  const settings: TransactionSettings = { prefix, timeoutMs, onLost }
  return sink.twoPhaseCommit((context) => openTransactions(connect, new MessageMaker(options), settings, context), { batchRecords })
}

/** Messages without transactions, each written once while the process lives. */
async function messageStream<T>(connect: () => Promise<KafkaClient>, maker: MessageMaker<T>, batchRecords: number): Promise<Writable> {
  const client = await connect()
  const identity = await newIdentity(client, null, KAFKA_TRANSACTION_MS_DEFAULT).catch(async (error: unknown) => {
    await client.close().catch(() => {})
    throw error
  })
  const writer = new KafkaWriter(client, identity)
  const send = async (records: readonly T[]): Promise<void> => writer.send(await maker.messagesOf(client, records))
  const sendAll = callbackify(send)
  const close = callbackify(() => client.close())
  return new Writable({
    objectMode: true,
    highWaterMark: batchRecords,
    write: (record: T, _encoding, done) => sendAll([record], (failure) => done(failure)),
    writev: (chunks, done) =>
      sendAll(
        chunks.map(({ chunk }) => chunk as T),
        (failure) => done(failure),
      ),
    destroy: (error, done) => close((failure) => done(error ?? failure)),
  })
}
