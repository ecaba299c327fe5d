import type { MessageToProduce } from '@platformatic/kafka'
import { KAFKA_BATCH_BYTES_MAX } from '../limits.ts'
import type { KafkaClient } from './client.ts'

/** A message on its way: its partition is chosen. */
export interface OutgoingMessage {
  readonly topic: string
  readonly partition: number
  readonly key: Buffer | undefined
  readonly value: Buffer | undefined
  readonly headers: Map<Buffer, Buffer>
  readonly timestamp: bigint
}

/** By which brokers know who writes. */
export interface ProducerIdentity {
  /** Null: batches are told apart, so that none is written twice, but belong to no transaction. */
  readonly transactionalId: string | null
  readonly producerId: bigint
  readonly producerEpoch: number
}

const ACKS_ALL = -1
const PRODUCE_TIMEOUT_MS = 30_000
const MESSAGE_OVERHEAD_BYTES = 70

/**
 * A producer id and epoch of its own from the transaction coordinator; with a transactional id, what was open under it is aborted.
 *
 * @param timeoutMs after which the broker aborts what is open
 */
export async function newIdentity(client: KafkaClient, transactionalId: string | null, timeoutMs: number): Promise<ProducerIdentity> {
  const { producerId, producerEpoch } = await client.patiently(async () => {
    const node = transactionalId === null ? (await client.nodes())[0]! : await coordinatorOf(client, transactionalId)
    return client.ask<Omit<ProducerIdentity, 'transactionalId'>>('InitProducerId', node, transactionalId, timeoutMs)
  })
  return { transactionalId, producerId, producerEpoch }
}

/** Commits or aborts. Committing what is committed already is no error, while nobody has used the id since. */
export async function endTransaction(client: KafkaClient, identity: ProducerIdentity, commit: boolean): Promise<void> {
  const { transactionalId, producerId, producerEpoch } = identity
  await client.patiently(async () => {
    const node = await coordinatorOf(client, transactionalId!)
    // Version 3: ends a transaction whose partitions were added by its producer, as they are here.
    await client.askBy(client.library.endTxnV3.api, node, transactionalId, producerId, producerEpoch, commit)
  })
}

export async function coordinatorOf(client: KafkaClient, transactionalId: string): Promise<number> {
  const { TRANSACTION } = client.library.FindCoordinatorKeyTypes
  const answer = await client.askAny<{ coordinators: { nodeId: number }[] }>('FindCoordinator', TRANSACTION, [transactionalId])
  return answer.coordinators[0]!.nodeId
}

/** What one producer id writes. Calls do not overlap. */
export class KafkaWriter {
  readonly identity: ProducerIdentity
  readonly #client: KafkaClient
  /** By topic and partition: number of the next message. */
  readonly #sequences = new Map<string, number>()

  constructor(client: KafkaClient, identity: ProducerIdentity) {
    this.#client = client
    this.identity = identity
  }

  /** False while no message was sent: there is no transaction to end. */
  get hasWritten(): boolean {
    return this.#sequences.size > 0
  }

  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    const byPartition = new Map<string, OutgoingMessage[]>()
    for (const message of messages) {
      const name = nameOf(message)
      const others = byPartition.get(name)
      if (others === undefined) byPartition.set(name, [message])
      else others.push(message)
    }
    await this.#addPartitions([...byPartition].flatMap(([name, [first]]) => (this.#sequences.has(name) ? [] : [first!])))
    await Promise.all([...byPartition].map(([name, list]) => this.#sendInBatches(name, list)))
  }

  /** Brokers have to know what belongs to a transaction before it is written. */
  async #addPartitions(firsts: readonly OutgoingMessage[]): Promise<void> {
    const { transactionalId, producerId, producerEpoch } = this.identity
    if (firsts.length > 0 && transactionalId !== null) {
      const topics = [...new Set(firsts.map(({ topic }) => topic))].map((name) => ({
        name,
        partitions: firsts.filter(({ topic }) => topic === name).map(({ partition }) => partition),
      }))
      const transactions = [{ transactionalId, producerId, producerEpoch, topics, verifyOnly: false }]
      await this.#client.patiently(async () => {
        const node = await coordinatorOf(this.#client, transactionalId)
        // Version 3: later ones are for brokers among themselves.
        await this.#client.askBy(this.#client.library.addPartitionsToTxnV3.api, node, transactions)
      })
    }
    for (const first of firsts) this.#sequences.set(nameOf(first), 0)
  }

  async #sendInBatches(name: string, messages: readonly OutgoingMessage[]): Promise<void> {
    for (let from = 0; from < messages.length;) {
      let [to, bytes] = [from, 0]
      while (to < messages.length && (to === from || bytes + sizeOf(messages[to]!) <= KAFKA_BATCH_BYTES_MAX))
        bytes += sizeOf(messages[to++]!)
      await this.#produce(name, messages.slice(from, to))
      from = to
    }
  }

  async #produce(name: string, messages: readonly OutgoingMessage[]): Promise<void> {
    const { transactionalId, producerId, producerEpoch } = this.identity
    const { topic, partition } = messages[0]!
    const sequence = this.#sequences.get(name)!
    const options = { transactionalId, producerId, producerEpoch, sequences: { getWithDefault: () => sequence } }
    await this.#client.patiently(async () => {
      const leader = (await this.#client.topic(topic)).partitions[partition]!.leader
      try {
        const batch: MessageToProduce[] = messages.map((message) => ({ ...message }))
        await this.#client.ask('Produce', leader, ACKS_ALL, PRODUCE_TIMEOUT_MS, batch, options)
      } catch (error) {
        // An answer was lost: what is written has this number already.
        if (this.#client.saysOf(error)?.apiId !== 'DUPLICATE_SEQUENCE_NUMBER') throw error
      }
    })
    // As brokers count: from 0 again behind 2^31 - 1.
    this.#sequences.set(name, (sequence + messages.length) % 2 ** 31)
  }
}

function nameOf({ topic, partition }: OutgoingMessage): string {
  return `${topic}:${partition}`
}

function sizeOf({ key, value, headers }: OutgoingMessage): number {
  let bytes = MESSAGE_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0)
  for (const [name, content] of headers) bytes += name.length + content.length + 10
  return bytes
}
