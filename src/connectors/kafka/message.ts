import type { KafkaRecord, RecordsBatch } from '@platformatic/kafka'

/** A message as brokers have it. */
export interface KafkaMessage {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly (readonly [key: string, value: Buffer | null])[]
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** In ms since 1970: when it was made, or appended, as the topic has it. */
  readonly timestamp: number
}

/** What a source gives without a `parse`: texts in UTF-8. */
export interface KafkaTextMessage {
  readonly key: string | null
  readonly value: string | null
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
}

/** The third bit of a batch's attributes: times are those of the broker. */
const HAS_APPEND_TIME = 1 << 3

export function messageOf(batch: RecordsBatch, record: KafkaRecord, topic: string, partition: number): KafkaMessage {
  const ofBatch = (batch.attributes & HAS_APPEND_TIME) !== 0
  return {
    key: record.key,
    value: record.value,
    headers: record.headers.length === 0 ? NO_HEADERS : record.headers.map(([key, value]) => [key?.toString() ?? '', value] as const),
    topic,
    partition,
    offset: Number(batch.firstOffset) + record.offsetDelta,
    timestamp: ofBatch ? Number(batch.maxTimestamp) : Number(batch.firstTimestamp) + Number(record.timestampDelta),
  }
}

const NO_HEADERS: KafkaMessage['headers'] = []

export function textOf({ key, value, topic, partition, offset, timestamp }: KafkaMessage): KafkaTextMessage {
  return { key: key?.toString() ?? null, value: value?.toString() ?? null, topic, partition, offset, timestamp }
}
