import { hashKey } from '../core/key-hash.ts'
import type { KeySlots } from './key-slots.ts'

/** Of a slot whose key group was not worked out. */
export const UNKNOWN_GROUP = 0xffff

/** The key group of each slot, worked out once. */
export class SlotGroups {
  #groups = new Uint16Array(16).fill(UNKNOWN_GROUP)
  /** {@link SlotGroups.of} has worked out so many. */
  #known = 0
  #count = 0

  /** By slot, for the first `size` slots; valid until the next call. */
  of(keys: Pick<KeySlots, 'keyAt'>, size: number, groups: number): Uint16Array {
    if (groups !== this.#count || size < this.#known) this.clear()
    this.#count = groups
    if (size > this.#groups.length) this.#grow(size)
    for (let slot = this.#known; slot < size; slot++) this.#groups[slot] = hashKey(keys.keyAt(slot)) % groups
    this.#known = size
    return this.#groups
  }

  /** By slot, for `size` slots at least: {@link UNKNOWN_GROUP} is to be replaced by whoever works it out. Valid until the next call. */
  known(size: number, groups: number): Uint16Array {
    if (groups !== this.#count) this.clear()
    this.#count = groups
    if (size > this.#groups.length) this.#grow(size)
    return this.#groups
  }

  /** The slot is given to another key from now on. */
  forget(slot: number): void {
    if (slot < this.#groups.length) this.#groups[slot] = UNKNOWN_GROUP
  }

  /** All slots are. */
  clear(): void {
    this.#known = 0
    this.#groups.fill(UNKNOWN_GROUP)
  }

  #grow(size: number): void {
    const groups = new Uint16Array(Math.max(this.#groups.length * 2, size)).fill(UNKNOWN_GROUP)
    groups.set(this.#groups)
    this.#groups = groups
  }
}
