/** Whether the actors of an attempt have done anything since the last checkpoint began, by what workers count in shared memory. */
export class ActivityWatch {
  #batches: Int32Array = new Int32Array(0)
  #atCheckpoint: number | null = null

  /** A new attempt: nothing is known of it. */
  watch(memory: SharedArrayBuffer): void {
    this.#batches = new Int32Array(memory)
    this.#atCheckpoint = null
  }

  /** A checkpoint begins. */
  mark(): void {
    this.#atCheckpoint = this.#sum()
  }

  /** That checkpoint does not exist. */
  forget(): void {
    this.#atCheckpoint = null
  }

  /** A checkpoint would be like the last one. */
  get isIdle(): boolean {
    return this.#atCheckpoint === this.#sum()
  }

  #sum(): number {
    return this.#batches.reduce((sum, batches) => (sum + batches) | 0, 0)
  }
}
