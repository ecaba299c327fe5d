import type { SinkSpec } from '../../graph/sinks.ts'
import { sink } from '../../graph/sinks.ts'

/** What a job has committed: transactions that are in a complete checkpoint, each once. */
export class CommittedStore<T> {
  readonly #committed = new Map<string, readonly T[]>()

  readonly sink: SinkSpec<T> = sink.twoPhaseCommit<T, T[], T[]>(() => ({
    begin: () => [],
    write: (rows, records) => void rows.push(...records),
    prepare: (rows) => rows,
    commit: ({ id, prepared }) => void this.#committed.set(id, prepared),
  }))

  /** In the order in which each instance has begun them, attempt after attempt. */
  get shown(): T[] {
    const orders = [...this.#committed].map(([id, records]) => ({ order: orderOf(id), records }))
    return orders.toSorted((a, b) => compare(a.order, b.order)).flatMap(({ records }) => records)
  }
}

/** Ids end with the first checkpoint of the process, the attempt, and a number. */
function orderOf(id: string): readonly number[] {
  return id
    .slice(id.lastIndexOf('-') + 1)
    .split('.')
    .map(Number)
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((part, i) => part !== b[i])
  return at === -1 ? 0 : a[at]! - b[at]!
}
