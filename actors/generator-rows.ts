import type { SourceProgress } from '../src/actor/contract.ts'

/**
 * The rows of one instance of a generator. Rows are dealt out in blocks: split s holds the blocks b with b mod splits = s, instance i the splits s with
 * s mod parallelism = i. Read in the order of their numbers, as far as the instance has them.
 */
export class GeneratorRows {
  readonly splits: readonly number[]
  readonly #allSplits: number
  readonly #blockRows: number
  readonly #count: number
  /** Next row of each split. */
  readonly #next: Float64Array
  /** The rows that `take` found: from..to of one block. */
  from = 0
  to = 0

  constructor(splits: number, blockRows: number, count: number, index: number, parallelism: number) {
    const own = Math.max(0, Math.ceil((splits - index) / parallelism))
    this.splits = Array.from({ length: own }, (_, i) => index + i * parallelism)
    this.#allSplits = splits
    this.#blockRows = blockRows
    this.#count = count
    this.#next = Float64Array.from(this.splits, (split) => split * blockRows)
  }

  /** Takes the lowest rows, at most `most` of them and of one block. False at the end. */
  take(most: number): boolean {
    let lowest = this.#count
    let at = -1
    for (let i = 0; i < this.#next.length; i++) {
      if (this.#next[i]! >= lowest) continue
      lowest = this.#next[i]!
      at = i
    }
    if (at === -1) return false
    const blockEnd = (Math.floor(lowest / this.#blockRows) + 1) * this.#blockRows
    this.from = lowest
    this.to = Math.min(blockEnd, lowest + most, this.#count)
    this.#next[at] = this.to === blockEnd ? this.to + (this.#allSplits - 1) * this.#blockRows : this.to
    return true
  }

  get ended(): boolean {
    return !this.take(0)
  }

  positions(): { split: number; row: number }[] {
    return this.splits.map((split, i) => ({ split, row: this.#next[i]! }))
  }

  restore(split: number, row: number): void {
    this.#next[this.splits.indexOf(split)] = row
  }

  progress(): SourceProgress | null {
    if (this.#count === Infinity) return null
    let [position, size] = [0, 0]
    this.splits.forEach((split, i) => {
      position += this.#rowsBelow(split, Math.min(this.#next[i]!, this.#count))
      size += this.#rowsBelow(split, this.#count)
    })
    return { position, size, unit: 'records' }
  }

  #rowsBelow(split: number, row: number): number {
    const cycleRows = this.#allSplits * this.#blockRows
    const cycles = Math.floor(row / cycleRows)
    const inCycle = row - cycles * cycleRows - split * this.#blockRows
    return cycles * this.#blockRows + Math.min(this.#blockRows, Math.max(0, inCycle))
  }
}
