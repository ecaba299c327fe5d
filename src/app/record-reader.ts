/**
 * Reads batches record by record. Written by hand, since an async generator costs several promises a record; this costs one, and none of them
 * waits while the batch lasts.
 */
export class RecordReader<T> implements AsyncIterableIterator<T, undefined> {
  readonly #take: () => T[] | null
  readonly #nextBatch: () => Promise<T[] | null>
  readonly #giveBack: (records: T[]) => void
  #batch: T[] = []
  #row = 0
  #ended = false
  /** A batch that is under way; further calls of next() wait behind it. */
  #pending: Promise<unknown> | null = null

  /**
   * @param take the next batch, or null when it is not here yet
   * @param nextBatch the next batch when it is here, or null at the end
   * @param giveBack takes what the reader leaves unread
   */
  constructor(take: () => T[] | null, nextBatch: () => Promise<T[] | null>, giveBack: (records: T[]) => void) {
    this.#take = take
    this.#nextBatch = nextBatch
    this.#giveBack = giveBack
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#pending === null) {
      if (this.#row < this.#batch.length) return Promise.resolve({ done: false, value: this.#batch[this.#row++]! })
      if (!this.#ended && this.#fill(this.#take())) return Promise.resolve({ done: false, value: this.#batch[this.#row++]! })
    }
    const result = (this.#pending ?? Promise.resolve()).then(() => this.#nextLater())
    const settled = result.then(
      () => {},
      () => {},
    )
    this.#pending = settled
    void settled.then(() => {
      if (this.#pending === settled) this.#pending = null
    })
    return result
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#ended = true
    const rest = this.#batch.slice(this.#row)
    this.#batch = []
    this.#row = 0
    if (rest.length > 0) this.#giveBack(rest)
    return { done: true, value: undefined }
  }

  async #nextLater(): Promise<IteratorResult<T, undefined>> {
    while (this.#row === this.#batch.length) {
      if (this.#ended) return { done: true, value: undefined }
      const batch = await this.#nextBatch()
      if (batch === null) this.#ended = true
      else if (this.#ended) this.#giveBack(batch)
      else this.#fill(batch)
    }
    return { done: false, value: this.#batch[this.#row++]! }
  }

  #fill(batch: T[] | null): boolean {
    if (batch === null || batch.length === 0) return false
    this.#batch = batch
    this.#row = 0
    return true
  }
}
