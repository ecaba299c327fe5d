import { WORKING_FILTER_BITS_MAX } from '../../limits.ts'

const BITS_MIN = 2 ** 18
const GROWTH = 4
/** With two bits a key, one of 70 other keys is taken for one of a full filter. */
const BITS_PER_KEY = 16
const WORD_BITS = 32
const GOLDEN = 0x9e3779b1

interface Filter {
  readonly words: Uint32Array
  /** How far the product of a hash is moved, so that a number of a bit is left. */
  readonly shift: number
  /** Keys for which there is room. */
  left: number
}

/**
 * Which keys are in no case among the rows of a table: most keys of a state are asked for before they have a row, and finding that out in the database takes longer. Bloom
 * filters, each four times as large as the one before (Almeida et al., Scalable Bloom Filters, 2007). Keys that were removed stay.
 */
export class RowFilter {
  readonly #filters: Filter[] = []
  #isFull = false

  /** @param hash of a key, 32 bits */
  add(hash: number): void {
    if (this.mayHave(hash)) return
    const filter = this.#withRoom()
    if (filter === null) return
    filter.left--
    set(filter.words, hash >>> filter.shift)
    set(filter.words, Math.imul(hash, GOLDEN) >>> filter.shift)
  }

  /** False when the key was never added. The newest filter has most of them. */
  mayHave(hash: number): boolean {
    const product = Math.imul(hash, GOLDEN)
    for (let i = this.#filters.length - 1; i >= 0; i--) {
      const { words, shift } = this.#filters[i]!
      if (has(words, hash >>> shift) && has(words, product >>> shift)) return true
    }
    return this.#isFull
  }

  /** Null when there is none any more: from then on every key may be there. */
  #withRoom(): Filter | null {
    const last = this.#filters.at(-1)
    if (last !== undefined && last.left > 0) return last
    const bits = last === undefined ? BITS_MIN : GROWTH * WORD_BITS * last.words.length
    if (bits > WORKING_FILTER_BITS_MAX) {
      this.#isFull = true
      this.#filters.length = 0
      return null
    }
    const filter = { words: new Uint32Array(bits / WORD_BITS), shift: 32 - Math.log2(bits), left: bits / BITS_PER_KEY }
    this.#filters.push(filter)
    return filter
  }
}

function has(words: Uint32Array, bit: number): boolean {
  return (words[bit >>> 5]! & (1 << (bit & 31))) !== 0
}

function set(words: Uint32Array, bit: number): void {
  words[bit >>> 5]! |= 1 << (bit & 31)
}
