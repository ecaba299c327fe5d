import type { Key } from '../core/key-hash.ts'
import { hashKey } from '../core/key-hash.ts'
import { KeyIndex } from './key-index.ts'

/** The high bits: keys of one group have the low ones in common. */
const FILTER_SHIFT = 18
const FILTER_BYTES = 2 ** (32 - FILTER_SHIFT)

/** Keys of which the chunks of a key group that were read so far have said everything: rows of older chunks are left out. */
export class NewerKeys {
  readonly #keys = new KeyIndex()
  /** By some bits of the hash: 1 where a text has them. Most rows are not among them, and cost one look. */
  readonly #filter = new Uint8Array(FILTER_BYTES)

  get size(): number {
    return this.#keys.size
  }

  /** @throws MillraceError MR_KEY_INVALID */
  add(key: Key): void {
    this.#keys.slotOf(key)
    if (typeof key === 'string') this.#filter[hashKey(key) >>> FILTER_SHIFT] = 1
  }

  /** @throws MillraceError MR_KEY_INVALID */
  has(key: Key): boolean {
    return this.#keys.find(key) !== -1
  }

  /** False when no text of this hash is among them: a string need not be made to know it. */
  mayHave(hash: number): boolean {
    return this.#filter[hash >>> FILTER_SHIFT] === 1
  }
}
