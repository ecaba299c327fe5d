import { copyTuple, isPrimitiveKey, refuseKey } from '../core/key.ts'
import type { Key } from '../core/key-hash.ts'
import type { KeySlots } from './key-slots.ts'

/** Gives every key that comes a slot of its own, seen before or not: for tables whose keys hardly repeat, where looking up costs more than it saves. */
export class KeyLog implements KeySlots {
  readonly #keys: Key[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  slotOf(key: Key): number {
    this.#keys[this.#size] = isPrimitiveKey(key) ? key : Array.isArray(key) ? copyTuple(key) : refuseKey(key)
    return this.#size++
  }

  slotOfInt(n: number): number {
    this.#keys[this.#size] = n
    return this.#size++
  }

  keyAt(slot: number): Key {
    return this.#keys[slot]
  }

  clear(): void {
    this.#keys.length = 0
    this.#size = 0
  }
}
