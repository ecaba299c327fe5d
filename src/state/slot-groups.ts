import { hashKey } from '../core/key-hash.ts'
import type { KeySlots } from './key-slots.ts'

const UNKNOWN = 0xffff

/** The key group of each slot, worked out once. */
export class SlotGroups {
  #groups = new Uint16Array(16).fill(UNKNOWN)
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

  /** That of one slot. */
  at(keys: Pick<KeySlots, 'keyAt'>, slot: number, groups: number): number {
    if (groups !== this.#count) this.clear()
    this.#count = groups
    if (slot >= this.#groups.length) this.#grow(slot + 1)
    const known = this.#groups[slot]!
    return known === UNKNOWN ? (this.#groups[slot] = hashKey(keys.keyAt(slot)) % groups) : known
  }

  /** The slot is given to another key from now on. */
  forget(slot: number): void {
    if (slot < this.#groups.length) this.#groups[slot] = UNKNOWN
  }

  /** All slots are. */
  clear(): void {
    this.#known = 0
    this.#groups.fill(UNKNOWN)
  }

  #grow(size: number): void {
    const groups = new Uint16Array(Math.max(this.#groups.length * 2, size)).fill(UNKNOWN)
    groups.set(this.#groups)
    this.#groups = groups
  }
}
