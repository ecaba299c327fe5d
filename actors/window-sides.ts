import type { Key } from '../src/actor/operator-kit.ts'
import { KeyMap, keptKey } from '../src/actor/keyed-kit.ts'
import type { BothSides } from './joined-windows.ts'

const NONE = -1
const EMPTY: unknown[] = []
Object.freeze(EMPTY)

/**
 * The records of a window that two sides share, by key, in the order in which they came. Those of one key and side are a list through arrays of numbers that all of them share: lists of
 * their own would be three objects a key that outlive collections of the young generation, which copies them.
 */
export class WindowSides {
  readonly #slots = new KeyMap<number>()
  readonly #keys: Key[] = []
  readonly #records: unknown[] = []
  /** By record: the next one of its key and side. */
  readonly #next: number[] = []
  /** By list, two for each key, left and right: its first record, and its last. */
  readonly #first: number[] = []
  readonly #last: number[] = []

  /** Number of keys. */
  get size(): number {
    return this.#keys.length
  }

  /** @param slot below `size`, in the order in which keys came */
  keyAt(slot: number): Key {
    return this.#keys[slot]!
  }

  /** The records of a key, in arrays that are not used again; a side without any has one that is frozen. */
  sidesAt(slot: number): BothSides {
    return { left: this.#listed(2 * slot), right: this.#listed(2 * slot + 1) }
  }

  add(key: Key, record: unknown, isLeft: boolean): void {
    const slot = this.#slots.get(key) ?? this.#slotFor(keptKey(key))
    const list = isLeft ? 2 * slot : 2 * slot + 1
    const at = this.#records.length
    this.#records.push(record)
    this.#next.push(NONE)
    const last = this.#last[list]!
    this.#last[list] = at
    if (last === NONE) this.#first[list] = at
    else this.#next[last] = at
  }

  #slotFor(key: Key): number {
    const slot = this.#keys.length
    this.#slots.set(key, slot)
    this.#keys.push(key)
    this.#first.push(NONE, NONE)
    this.#last.push(NONE, NONE)
    return slot
  }

  #listed(list: number): unknown[] {
    let at = this.#first[list]!
    if (at === NONE) return EMPTY
    const records: unknown[] = []
    for (; at !== NONE; at = this.#next[at]!) records.push(this.#records[at])
    return records
  }
}
