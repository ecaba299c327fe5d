import type { Key } from '../core/key-hash.ts'
import { hashKey } from '../core/key-hash.ts'
import { KeyIndex } from './key-index.ts'

/** Keys of which the chunks of a key group that were read so far have said everything: rows of older chunks are left out. */
export class NewerKeys {
  readonly #keys = new KeyIndex()
  /** Of those that are texts. */
  readonly #hashes = new Set<number>()

  get size(): number {
    return this.#keys.size
  }

  /** @throws MillraceError MR_KEY_INVALID */
  add(key: Key): void {
    this.#keys.slotOf(key)
    if (typeof key === 'string') this.#hashes.add(hashKey(key))
  }

  /** @throws MillraceError MR_KEY_INVALID */
  has(key: Key): boolean {
    return this.#keys.find(key) !== -1
  }

  /** False when no text of this hash is among them: a string need not be made to know it. */
  mayHave(hash: number): boolean {
    return this.#hashes.has(hash)
  }
}
