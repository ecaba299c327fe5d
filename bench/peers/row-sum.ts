import type { RowCheck } from '../workloads/row-hash.ts'

/** The sink of a library's query: adds up the rows' hashes. */
export class RowSum {
  #checksum = 0
  #rows = 0
  #characters = 0

  add(hash: number, characters = 0): this {
    this.#checksum = (this.#checksum + hash) | 0
    this.#rows++
    this.#characters += characters
    return this
  }

  check(): RowCheck {
    return { checksum: this.#checksum >>> 0, rows: this.#rows }
  }

  /** The check of q0. */
  checkWithCharacters(): RowCheck {
    return { ...this.check(), characters: this.#characters }
  }
}
