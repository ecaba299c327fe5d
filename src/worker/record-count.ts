/** Counts the records that the sources of all workers read, and says when so many more have come. One Int32 in shared memory. */
export class RecordCount {
  readonly #count: Int32Array
  readonly #every: number
  readonly #due: () => void

  /**
   * @param every Infinity: never
   * @param due is told, once for all workers, when so many records have come since it was last
   */
  constructor(memory: SharedArrayBuffer, every: number, due: () => void) {
    this.#count = new Int32Array(memory)
    this.#every = every
    this.#due = due
  }

  /** Once a batch. */
  add(records: number): void {
    if (this.#every === Infinity || records === 0) return
    const before = Atomics.add(this.#count, 0, records)
    // Of those who add at the same time, one comes past the mark, and takes away what it stands for.
    if (before >= this.#every || before + records < this.#every) return
    while (Atomics.load(this.#count, 0) >= this.#every) Atomics.sub(this.#count, 0, this.#every)
    this.#due()
  }
}
