import type { OperatorActor, OperatorContext, OperatorDefinition, StateChunk } from '../src/actor/contract.ts'
import { hashKey } from '../src/actor/operator-kit.ts'
import { MillraceError } from '../src/errors.ts'
import { SINK_CLOSE_MS_MAX, SINK_TRANSACTIONS_MAX } from '../src/limits.ts'
import { endsWithin } from './within-ms.ts'

interface Writer {
  readonly lineage: string
  readonly instance: number
}

interface Transaction extends Writer {
  readonly id: string
}

interface Prepared extends Transaction {
  readonly prepared: unknown
  /** That holds it first; 0 before there is one. */
  readonly checkpoint: number
}

/** What the user's function opens. */
interface Transactions {
  begin(transaction: Transaction): unknown
  write(handle: unknown, records: unknown[]): unknown
  prepare(handle: unknown, transaction: Transaction): unknown
  commit(transaction: Prepared): unknown
  abort?(handle: unknown, transaction: Transaction): unknown
  recover?(writer: Writer): unknown
  close?(): unknown
}

interface TwoPhaseSinkSpec {
  readonly open: (context: {
    readonly index: number
    readonly parallelism: number
    readonly attempt: number
    readonly lineage: string
  }) => unknown
  readonly batchRecords: number
  readonly timeoutMs: number
}

interface WriterState {
  readonly lineage: string
  readonly prepared: readonly Prepared[]
}

/**
 * Transactions of the user. One is begun with the first record behind a barrier, prepared before the next barrier, part of the snapshot, and committed when a checkpoint
 * that holds it is complete: at once, or, when the process dies in between, by whoever goes on from that checkpoint. One call at a time, but commits go on beside them.
 */
class TwoPhaseSink implements OperatorActor {
  readonly #spec: TwoPhaseSinkSpec
  readonly #context: OperatorContext
  /** Of this sink alone: another sink of the job has transactions of its own in the same store. */
  readonly #lineage: string
  #transactions: Transactions | null = null
  #restored: readonly { readonly writer: number; readonly state: WriterState }[] = []
  #records: unknown[] = []
  #begun: { readonly handle: unknown; readonly transaction: Transaction } | null = null
  #prepared: Prepared[] = []
  /** Calls that write or prepare. */
  #working: Promise<void> | null = null
  #committing: Promise<void> = Promise.resolve()
  #commitsOpen = 0
  /** Everything has to be prepared before the barrier, or the end, is dealt with. */
  #settling = false
  #failure: { readonly thrown: unknown } | null = null
  #number = 0
  #lastCheckpoint = 0

  constructor(spec: TwoPhaseSinkSpec, context: OperatorContext) {
    this.#spec = spec
    this.#context = context
    this.#lineage = `${context.lineage}${hashKey(context.operator).toString(36)}`
  }

  get holdsBack(): boolean {
    return this.#records.length > 0 && this.#working === null
  }

  get awaitsPromise(): boolean {
    return this.#working !== null || this.#commitsOpen > 0
  }

  restore(chunks: readonly StateChunk[]): void {
    this.#restored = chunks.map(({ id, value }) => ({ writer: id, state: value as WriterState }))
  }

  /** What the checkpoint holds is committed; all else that its writers have left can never be. */
  async open(): Promise<void> {
    const { index, parallelism, attempt } = this.#context
    const lineage = this.#lineage
    const { open } = this.#spec
    const transactions = (await this.#limited('open', open({ index, parallelism, attempt, lineage }))) as Transactions
    this.#transactions = transactions
    for (const { state } of this.#restored) {
      for (const prepared of state.prepared) await this.#limited('commit', transactions.commit(prepared))
    }
    const own = this.#restored.filter(({ state }) => state.lineage === lineage).map(({ writer }) => writer)
    for (const instance of new Set([index, ...own])) await this.#limited('recover', transactions.recover?.({ lineage, instance }))
    this.#restored = []
  }

  process(record: unknown): void {
    this.#records.push(record)
    if (this.#records.length >= this.#spec.batchRecords) this.#work()
  }

  flush(force: boolean): void {
    this.#settling ||= force
    this.#work()
  }

  ready(): boolean {
    if (this.#failure !== null) throw this.#failure.thrown
    if (this.#settling || this.#records.length >= this.#spec.batchRecords) this.#work()
    if (this.#settling) this.#settling = this.#working !== null || this.#records.length > 0 || this.#begun !== null
    return !this.#settling && (this.#working === null || this.#records.length < this.#spec.batchRecords)
  }

  snapshot(checkpointId: number): StateChunk[] {
    // The state after the end belongs to the next checkpoint: one that is on its way holds an older one.
    const checkpoint = checkpointId === 0 ? this.#lastCheckpoint + 1 : checkpointId
    this.#lastCheckpoint = Math.max(this.#lastCheckpoint, checkpointId)
    this.#prepared = this.#prepared.map((transaction) => (transaction.checkpoint === 0 ? { ...transaction, checkpoint } : transaction))
    return [{ scope: 'split', id: this.#context.index, value: { lineage: this.#lineage, prepared: this.#prepared } satisfies WriterState }]
  }

  onCheckpointComplete(checkpointId: number): Promise<void> | undefined {
    if (this.#prepared.every(({ checkpoint }) => !isHeld(checkpoint, checkpointId))) return undefined
    this.#commitsOpen++
    const done = this.#committing.then(() => this.#commit(checkpointId)).finally(() => void this.#commitsOpen--)
    this.#committing = done.catch(() => {})
    return done
  }

  /** What was begun can not be committed any more; what was prepared is in the hands of the next attempt. */
  async close(): Promise<void> {
    const transactions = this.#transactions
    if (transactions === null) return
    if (this.#working !== null) await endsWithin(this.#working, SINK_CLOSE_MS_MAX)
    const begun = this.#begun
    this.#begun = null
    if (begun !== null) await endsWithin((async () => transactions.abort?.(begun.handle, begun.transaction))(), SINK_CLOSE_MS_MAX)
    await endsWithin((async () => transactions.close?.())(), SINK_CLOSE_MS_MAX)
  }

  async #commit(checkpointId: number): Promise<void> {
    for (const transaction of this.#prepared) {
      if (!isHeld(transaction.checkpoint, checkpointId)) continue
      await this.#limited('commit', this.#transactions!.commit(transaction))
      this.#prepared = this.#prepared.filter((other) => other.id !== transaction.id)
    }
  }

  /** Begins to write what waits, and to prepare, unless that is under way. */
  #work(): void {
    if (this.#working !== null || this.#failure !== null) return
    if (this.#records.length === 0 && !(this.#settling && this.#begun !== null)) return
    this.#working = this.#writeAll().then(
      () => this.#worked(),
      (thrown: unknown) => {
        this.#failure ??= { thrown }
        this.#worked()
      },
    )
  }

  #worked(): void {
    this.#working = null
    this.#context.wake()
  }

  async #writeAll(): Promise<void> {
    const transactions = this.#transactions!
    while (this.#records.length > 0) {
      const batch = this.#records.splice(0, this.#spec.batchRecords)
      this.#begun ??= await this.#begin(transactions)
      await this.#limited('write', transactions.write(this.#begun.handle, batch))
    }
    if (!this.#settling || this.#begun === null) return
    const { handle, transaction } = this.#begun
    const prepared = await this.#limited('prepare', transactions.prepare(handle, transaction))
    this.#begun = null
    this.#prepared.push({ ...transaction, prepared, checkpoint: 0 })
  }

  async #begin(transactions: Transactions): Promise<{ handle: unknown; transaction: Transaction }> {
    const { index, attempt, firstCheckpoint } = this.#context
    const lineage = this.#lineage
    if (this.#prepared.length >= SINK_TRANSACTIONS_MAX)
      throw new MillraceError('MR_SINK_FAILED', `${SINK_TRANSACTIONS_MAX} transactions wait for a checkpoint, or to be committed`)
    // Never used before, whichever checkpoint a run goes back to and however its clock is set: a store may know each id that it has committed.
    const id = `${lineage}-${index}-${firstCheckpoint}.${attempt}.${this.#number++}`
    const transaction = { id, lineage, instance: index }
    return { transaction, handle: await this.#limited('begin', transactions.begin(transaction)) }
  }

  /** A call that never ends is known by its name. */
  async #limited(name: string, returned: unknown): Promise<unknown> {
    const { timeoutMs } = this.#spec
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      const error = new MillraceError('MR_ASYNC_TIMEOUT', `${name}() of the sink took longer than timeoutMs=${timeoutMs}`)
      timer = setTimeout(() => reject(error), timeoutMs)
    })
    try {
      return await Promise.race([returned, late])
    } finally {
      clearTimeout(timer)
    }
  }
}

function isHeld(checkpoint: number, by: number): boolean {
  return checkpoint !== 0 && checkpoint <= by
}

export const twoPhaseSink: OperatorDefinition = {
  kind: 'twoPhaseSink',
  create: (spec, context) => new TwoPhaseSink(spec as unknown as TwoPhaseSinkSpec, context),
}
