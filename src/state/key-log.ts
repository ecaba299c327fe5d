import { copyTuple, isPrimitiveKey, refuseKey } from '../core/key.ts'
import type { Key } from '../core/key-hash.ts'
import { KeyList } from './key-list.ts'
import type { KeySlots } from './key-slots.ts'

/** Gives every key that comes a slot of its own, seen before or not: for tables whose keys hardly repeat, where looking up costs more than it saves. */
export class KeyLog implements KeySlots {
  readonly #list = new KeyList()

  get size(): number {
    return this.#list.size
  }

  get ints(): Int32Array | undefined {
    return this.#list.ints
  }

  slotOf(key: Key): number {
    if (typeof key === 'string') return this.#list.pushOther(key)
    if (typeof key === 'number' && (key | 0) === key) return this.#list.pushInt(key)
    if (isPrimitiveKey(key)) return this.#list.pushOther(key)
    return Array.isArray(key) ? this.#list.pushOther(copyTuple(key)) : refuseKey(key)
  }

  slotOfInt(n: number): number {
    return this.#list.pushInt(n)
  }

  keyAt(slot: number): Key {
    return this.#list.at(slot)
  }

  clear(): void {
    this.#list.clear()
  }
}
