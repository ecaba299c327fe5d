import { systemClock } from '../../core/clock.ts'
import { jsonText } from '../../core/json-text.ts'
import { MillraceError } from '../../errors.ts'
import type { KafkaClient } from './client.ts'
import type { OutgoingMessage } from './transaction.ts'

/** What a message is made of; bytes as they are, texts in UTF-8. */
export type MessagePart = string | Uint8Array

/** How a record becomes a message. */
export interface MessageOptions<T> {
  readonly topic: string | ((record: T) => string)
  /** Messages with equal keys go to one partition: that to which Kafka's own clients bring them. Default: none. */
  readonly key?: (record: T) => MessagePart | null
  /** Null: a message without a value, by which topics that are compacted forget a key. Default: the record as JSON. */
  readonly value?: (record: T) => MessagePart | null
  readonly headers?: (record: T) => Readonly<Record<string, MessagePart>>
  /** In ms since 1970. Default: when it is sent. */
  readonly timestamp?: (record: T) => number
  /** Default: by the key; without one, the next one for each batch. */
  readonly partition?: (record: T) => number
}

/** Makes messages of records, and chooses their partitions. */
export class MessageMaker<T> {
  readonly #options: MessageOptions<T>
  /** Partition of keyless messages, moved on with each batch. */
  #turn = 0

  constructor(options: MessageOptions<T>) {
    this.#options = options
  }

  async messagesOf(client: KafkaClient, records: readonly T[]): Promise<OutgoingMessage[]> {
    const counts = new Map<string, number>()
    const nowMs = systemClock.nowMs()
    this.#turn++
    const messages: OutgoingMessage[] = []
    for (const record of records) {
      const { topic } = this.#options
      const name = typeof topic === 'string' ? topic : topic(record)
      let count = counts.get(name)
      if (count === undefined) {
        count = (await client.patiently(() => client.topic(name))).partitionsCount
        counts.set(name, count)
      }
      messages.push(this.#message(client, record, name, count, nowMs))
    }
    return messages
  }

  #message(client: KafkaClient, record: T, topic: string, count: number, nowMs: number): OutgoingMessage {
    const { key, value, headers, timestamp, partition } = this.#options
    const keyBytes = bytesOf(key?.(record) ?? null)
    return {
      topic,
      partition: partition === undefined ? this.#partitionOf(client, keyBytes, count) : checkedPartition(partition(record), topic, count),
      key: keyBytes,
      value: bytesOf(value === undefined ? jsonText(record) : value(record)),
      headers: headers === undefined ? NO_HEADERS : headersOf(headers(record)),
      timestamp: BigInt(Math.round(timestamp?.(record) ?? nowMs)),
    }
  }

  #partitionOf({ library }: KafkaClient, key: Buffer | undefined, count: number): number {
    return key === undefined ? this.#turn % count : library.compatibilityPartitioner(null as never, key) % count
  }
}

const NO_HEADERS: OutgoingMessage['headers'] = new Map()

function headersOf(headers: Readonly<Record<string, MessagePart>>): OutgoingMessage['headers'] {
  return new Map(Object.entries(headers).map(([name, content]) => [Buffer.from(name), bytesOf(content)!]))
}

function bytesOf(part: MessagePart | null): Buffer | undefined {
  if (part === null) return undefined
  return typeof part === 'string' ? Buffer.from(part) : Buffer.from(part.buffer, part.byteOffset, part.byteLength)
}

function checkedPartition(partition: number, topic: string, count: number): number {
  if (Number.isInteger(partition) && partition >= 0 && partition < count) return partition
  throw new MillraceError('MR_PARTITION_INVALID', `partition() of kafkaSink returned ${String(partition)}; topic ${topic} has ${count}`)
}
