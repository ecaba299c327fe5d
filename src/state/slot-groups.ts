import { hashKey } from '../core/key-hash.ts'
import type { KeySlots } from './key-slots.ts'

/** The key group of each slot, worked out once. */
export class SlotGroups {
  #groups = new Uint16Array(16)
  #known = 0
  #count = 0

  /** By slot, for the first `size` slots; valid until the next call. */
  of(keys: Pick<KeySlots, 'keyAt'>, size: number, groups: number): Uint16Array {
    if (groups !== this.#count || size < this.#known) this.#known = 0
    this.#count = groups
    if (size > this.#groups.length) this.#grow(size)
    for (let slot = this.#known; slot < size; slot++) this.#groups[slot] = hashKey(keys.keyAt(slot)) % groups
    this.#known = size
    return this.#groups
  }

  /** Slots are given to other keys from now on. */
  clear(): void {
    this.#known = 0
  }

  #grow(size: number): void {
    const groups = new Uint16Array(Math.max(this.#groups.length * 2, size))
    groups.set(this.#groups)
    this.#groups = groups
  }
}
