import { MillraceError } from '../../errors.ts'
import type {
  PreparedTransaction,
  SinkTransaction,
  TransactionContext,
  TransactionWriter,
  TwoPhaseCommit,
} from '../../graph/two-phase-sink.ts'
import type { KafkaClient } from './client.ts'
import type { MessageMaker } from './outgoing.ts'
import { KafkaWriter, type ProducerIdentity, endTransaction, newIdentity } from './transaction.ts'
import { TransactionalIds } from './transactional-ids.ts'

/** What a checkpoint keeps of a transaction: enough to end it without its producer. Null: nothing was written in it. */
export type PreparedKafka = { readonly transactionalId: string; readonly producerId: string; readonly producerEpoch: number } | null

export interface TransactionSettings {
  readonly prefix: string
  readonly timeoutMs: number
  readonly onLost: 'fail' | 'skip'
}

/** What brokers say to whoever wants to end a transaction that they have aborted, or whose id is used by another one. */
const LOST: ReadonlySet<unknown> = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_TXN_STATE',
  'INVALID_PRODUCER_ID_MAPPING',
  'UNKNOWN_PRODUCER_ID',
])

/**
 * Transactions of Kafka behind `sink.twoPhaseCommit`. One is prepared when all of its messages are acknowledged; it is open then, and whoever knows its producer id and epoch, which are in
 * the checkpoint, can commit it: neither the process nor the connection that wrote it is needed for that.
 */
export class KafkaTransactions<T> implements TwoPhaseCommit<T, KafkaWriter, PreparedKafka> {
  readonly #client: KafkaClient
  readonly #maker: MessageMaker<T>
  readonly #settings: TransactionSettings
  readonly #lineage: string
  readonly #index: number
  readonly #parallelism: number
  readonly #ids: TransactionalIds

  constructor(client: KafkaClient, maker: MessageMaker<T>, settings: TransactionSettings, context: TransactionContext) {
    const { lineage, index, parallelism } = context
    this.#client = client
    this.#maker = maker
    this.#settings = settings
    this.#lineage = lineage
    this.#index = index
    this.#parallelism = parallelism
    this.#ids = new TransactionalIds(this.#prefixOf({ lineage, instance: index }))
  }

  async begin(): Promise<KafkaWriter> {
    return new KafkaWriter(this.#client, await newIdentity(this.#client, this.#ids.take(), this.#settings.timeoutMs))
  }

  async write(writer: KafkaWriter, records: readonly T[]): Promise<void> {
    await writer.send(await this.#maker.messagesOf(this.#client, records))
  }

  prepare(writer: KafkaWriter, { id }: SinkTransaction): PreparedKafka {
    this.#ids.onPrepare(id)
    const { transactionalId, producerId, producerEpoch } = writer.identity
    if (writer.hasWritten) return { transactionalId: transactionalId!, producerId: String(producerId), producerEpoch }
    this.#ids.release(transactionalId!)
    return null
  }

  async commit(transaction: PreparedTransaction<PreparedKafka>): Promise<void> {
    this.#ids.onComplete(transaction.id)
    const { prepared } = transaction
    if (prepared === null) return
    const { transactionalId, producerEpoch } = prepared
    const identity: ProducerIdentity = { transactionalId, producerId: BigInt(prepared.producerId), producerEpoch }
    try {
      await endTransaction(this.#client, identity, true)
    } catch (error) {
      this.#failIfLost(error, transaction, transactionalId)
    }
    this.#ids.onCommitted(transactionalId)
  }

  async abort(writer: KafkaWriter): Promise<void> {
    if (writer.hasWritten) await endTransaction(this.#client, writer.identity, false)
    this.#ids.release(writer.identity.transactionalId!)
  }

  /** Another producer id under its name ends what a process left that is gone; what brokers do not list is none of it, and ends by its time. */
  async recover(writer: TransactionWriter): Promise<void> {
    for (const id of await this.#openIds())
      if (this.#isLeftBy(writer, id) && !this.#ids.has(id)) await newIdentity(this.#client, id, this.#settings.timeoutMs)
  }

  /**
   * Also those of instances that are no more, which may stand in no checkpoint: readers would wait for them until their time is over. Each belongs to the instance that gets its part
   * of a checkpoint, and so has committed by now what that holds.
   */
  #isLeftBy(writer: TransactionWriter, id: string): boolean {
    if (id.startsWith(this.#prefixOf(writer))) return true
    const lineage = `${this.#settings.prefix}-${writer.lineage}-`
    const instance = id.startsWith(lineage) ? Number(/^(\d+)-\d+$/.exec(id.slice(lineage.length))?.[1] ?? NaN) : NaN
    return writer.instance === this.#index && instance >= this.#parallelism && instance % this.#parallelism === this.#index
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  async #openIds(): Promise<string[]> {
    const ids: string[] = []
    try {
      for (const node of await this.#client.nodes()) {
        const answer = await this.#client.ask<Listed>('ListTransactions', node, ['Ongoing'], [], -1n, null)
        ids.push(...answer.transactionStates.map(({ transactionalId }) => transactionalId))
      }
    } catch (error) {
      // Old brokers cannot say it, and some do not tell everybody.
      const said = this.#client.saysOf(error)?.apiId
      if (said === undefined || !/UNSUPPORTED|AUTHORIZATION/.test(said)) throw error
    }
    return ids
  }

  #failIfLost(cause: unknown, { lineage, checkpoint }: PreparedTransaction<PreparedKafka>, transactionalId: string): void {
    if (!LOST.has(this.#client.saysOf(cause)?.apiId)) throw cause
    // The run of the savepoint has committed what it holds, and gone on under its ids.
    if (lineage !== this.#lineage || this.#settings.onLost === 'skip') return
    const text = `Kafka no longer has the transaction ${transactionalId}, which checkpoint ${checkpoint} holds: it was open for longer than transactionTimeoutMs=${this.#settings.timeoutMs} and its records are lost, or it was committed and its id has expired or been used again since. onLostTransaction: 'skip' goes on in either case`
    throw new MillraceError('MR_SINK_FAILED', text, { cause })
  }

  #prefixOf({ lineage, instance }: TransactionWriter): string {
    return `${this.#settings.prefix}-${lineage}-${instance}-`
  }
}

interface Listed {
  readonly transactionStates: readonly { readonly transactionalId: string }[]
}

export async function openTransactions<T>(
  connect: () => Promise<KafkaClient>,
  maker: MessageMaker<T>,
  settings: TransactionSettings,
  context: TransactionContext,
): Promise<KafkaTransactions<T>> {
  return new KafkaTransactions(await connect(), maker, settings, context)
}
