import { onlyKnown } from '../core/known-options.ts'
import { ASYNC_TIMEOUT_MS_DEFAULT, SINK_UPSERT_ROWS_DEFAULT } from '../limits.ts'
import { checkFunction } from './check-function.ts'
import * as check from './check-sink.ts'
import type { SinkSpec, StreamContext } from './sinks.ts'

/** Whose transactions they are. */
export interface TransactionWriter {
  /** Name of the chain of checkpoints that the run goes on with; of another when it begins anew or with a savepoint. */
  readonly lineage: string
  /** Number of the sink's instance, from 0. */
  readonly instance: number
}

export interface SinkTransaction extends TransactionWriter {
  /** Begins with `<lineage>-<instance>-`, and was never used before. */
  readonly id: string
}

/** Told to the function that opens the store. */
export interface TransactionContext extends StreamContext {
  /** That of the transactions that will be begun. What a savepoint left to be committed is of another. */
  readonly lineage: string
}

/** A transaction that a complete checkpoint holds. */
export interface PreparedTransaction<P> extends SinkTransaction {
  /** What `prepare` returned. */
  readonly prepared: P
  /** The first checkpoint that holds it. */
  readonly checkpoint: number
}

/**
 * Transactions of a store, as {@link sink.twoPhaseCommit} takes them. Each function may return a promise; what one throws, or rejects with, fails the job. One call of an instance at
 * a time, but `commit` may come while others are under way.
 *
 * @typeParam T records
 * @typeParam H handle of a transaction that was begun: whatever the store needs
 * @typeParam P what a checkpoint keeps of one that is prepared: plain data
 */
export interface TwoPhaseCommit<T, H = unknown, P = unknown> {
  /** With the first record behind a barrier. */
  begin(transaction: SinkTransaction): H | PromiseLike<H>
  write(handle: H, records: T[]): unknown
  /** Before a barrier. From now on the transaction must outlast the end of this process, and nobody may see it; it will be committed, or {@link recover}ed. */
  prepare(handle: H, transaction: SinkTransaction): P | PromiseLike<P>
  /** Shows what was prepared. Again after a crash: one that is committed already must be left as it is. */
  commit(transaction: PreparedTransaction<P>): unknown
  /** The attempt is over, and the transaction was not prepared. Not called when the process dies. */
  abort?(handle: H, transaction: SinkTransaction): unknown
  /**
   * Once when an instance begins, when all that its checkpoint holds is committed: whatever else this writer has begun or prepared can never be committed, and is to be
   * rolled back. Transactions of other lineages are those of other runs.
   */
  recover?(writer: TransactionWriter): unknown
  close?(): unknown
}

export interface TwoPhaseCommitOptions {
  /** Records of one `write`, at most. Default 500. */
  readonly batchRecords?: number
  /** A call that takes longer has failed with MR_ASYNC_TIMEOUT. Default 60,000 ms. */
  readonly timeoutMs?: number
}

export function twoPhaseSink<T, H, P>(
  open: (context: TransactionContext) => TwoPhaseCommit<T, H, P> | PromiseLike<TwoPhaseCommit<T, H, P>>,
  options: TwoPhaseCommitOptions = {},
): SinkSpec<T> {
  onlyKnown('sink.twoPhaseCommit', options, { batchRecords: 1, timeoutMs: 1 })
  const { batchRecords = SINK_UPSERT_ROWS_DEFAULT, timeoutMs = ASYNC_TIMEOUT_MS_DEFAULT } = options
  check.integer('sink.twoPhaseCommit batchRecords', batchRecords, 1_000_000)
  check.integer('sink.twoPhaseCommit timeoutMs', timeoutMs, 2 ** 31 - 1)
  const spec = { open: checkFunction(open, 'sink.twoPhaseCommit'), batchRecords, timeoutMs }
  return { kind: 'twoPhaseSink', parallelism: 'workers', spec, guarantee: 'exactly-once' }
}
