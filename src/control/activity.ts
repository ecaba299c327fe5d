/** What the workers of an attempt did since its last checkpoint began: batches, counted in shared memory. */
export class Activity {
  /** By worker. */
  #batches: Int32Array<ArrayBufferLike> = new Int32Array(0)
  #remembered = -1

  /** A new attempt counts in this memory. */
  begin(memory: SharedArrayBuffer): void {
    this.#batches = new Int32Array(memory)
    this.forget()
  }

  /** A checkpoint begins. */
  remember(): void {
    this.#remembered = this.#sum()
  }

  /** It came to nothing. */
  forget(): void {
    this.#remembered = -1
  }

  /** False when a checkpoint now would be like the last one. */
  get changed(): boolean {
    return this.#sum() !== this.#remembered
  }

  #sum(): number {
    return this.#batches.reduce((sum, batches) => (sum + batches) | 0, 0)
  }
}
