/**
 * Which transactional ids an instance uses: few, again and again, since brokers keep each for a week; but one that stands in a checkpoint not before another checkpoint, without it, is
 * complete. So whoever goes on from the last checkpoint finds its transactions as they were left, and committing again what is committed is no error.
 */
export class TransactionalIds {
  readonly #prefix: string
  readonly #busy = new Set<string>()
  /** Committed, but perhaps still in the last checkpoint. */
  #committed: string[] = []
  /** By transaction: ids that no checkpoint holds any more once it is to be committed. */
  readonly #freedBy = new Map<string, readonly string[]>()

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  take(): string {
    let number = 0
    while (this.#busy.has(this.#prefix + number)) number++
    const id = this.#prefix + number
    this.#busy.add(id)
    return id
  }

  has(id: string): boolean {
    return this.#busy.has(id)
  }

  /** A transaction is prepared: its checkpoint will not hold what was committed before. */
  onPrepare(transaction: string): void {
    this.#freedBy.set(transaction, this.#committed)
    this.#committed = []
  }

  /** The first checkpoint that holds a transaction is complete. */
  onComplete(transaction: string): void {
    for (const id of this.#freedBy.get(transaction) ?? []) this.#busy.delete(id)
    this.#freedBy.delete(transaction)
  }

  onCommitted(id: string): void {
    this.#busy.add(id)
    this.#committed.push(id)
  }

  /** It was aborted, and never in a checkpoint. */
  release(id: string): void {
    this.#busy.delete(id)
  }
}
