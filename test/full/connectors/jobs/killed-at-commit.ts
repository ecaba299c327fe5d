import { existsSync, writeFileSync } from 'node:fs'
import type { SinkSpec, TransactionContext, TwoPhaseCommit } from '../../../../src/index.ts'

/**
 * Kills the process once, at a commit: the transaction is in a complete checkpoint, and not committed yet, or just committed; or when an instance other than the first has written, 'open': its transaction
 * is in no checkpoint. Leaves a file as a mark.
 */
export interface Kill {
  readonly where: 'before' | 'after' | 'open'
  readonly marker: string
  /** At which commit, or write, of an instance, from 1. */
  readonly calls: number
}

/** A sink of transactions, and whoever kills it. */
export function killedAtCommit<T>(target: SinkSpec<T>, kill: Kill | undefined): SinkSpec<T> {
  if (kill === undefined) return target
  const { where, marker, calls } = kill
  const open = target.spec['open'] as (context: TransactionContext) => Promise<TwoPhaseCommit<T>>
  let call = 0
  const killOnce = (): void => {
    if (existsSync(marker)) return
    writeFileSync(marker, '')
    process.kill(process.pid, 'SIGKILL')
  }
  const opened = async (context: TransactionContext): Promise<TwoPhaseCommit<T>> => {
    const transactions = await open(context)
    const commit = transactions.commit.bind(transactions)
    transactions.commit = async (transaction) => {
      const isIt = ++call === calls
      if (isIt && where === 'before') killOnce()
      await commit(transaction)
      if (isIt && where === 'after') killOnce()
    }
    const write = transactions.write.bind(transactions)
    let writes = 0
    transactions.write = async (handle, records) => {
      await write(handle, records)
      if (where === 'open' && context.index > 0 && ++writes === calls) killOnce()
    }
    return transactions
  }
  return { ...target, spec: { ...target.spec, open: opened } }
}
