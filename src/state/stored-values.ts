/** Values of some rows of a chunk, by row, in any order. A value is made when it is asked for, which cannot fail any more. */
export interface StoredRows<V> {
  readonly length: number
  at(row: number): V
}

interface Block<V> {
  readonly rows: StoredRows<V>
  /** Number of its first row, counted over all blocks. */
  readonly first: number
  /** Slots that have a value of it. */
  left: number
}

/** A longer array would be a dictionary when it is made at once. */
const ROOM_MAX = 2 ** 24

/** An array of so many undefined values. One that grows with each is copied again and again. */
export function roomFor(size: number): undefined[] {
  return new Array<undefined>(Math.min(size, ROOM_MAX))
}

/** Values of slots that are still in the columns of the chunks that they were restored from. Most of them may not be used for long. */
export class StoredValues<V> {
  /** By slot: number of the row over all blocks, + 1; 0 for none. */
  #places: Int32Array
  /** In the order of their rows; null where no slot has anything of it any more. */
  readonly #blocks: (Block<V> | null)[] = []
  readonly #firsts: number[] = []
  #rows = 0
  #size = 0

  /** @param slots are going to be below it */
  constructor(slots = 0) {
    this.#places = new Int32Array(slots)
  }

  /** Number of slots. */
  get size(): number {
    return this.#size
  }

  /**
   * Takes in a chunk: what slots had here before is over.
   *
   * @param slots by row; negative ones are left out
   */
  add(rows: StoredRows<V>, slots: Int32Array): void {
    const first = this.#rows
    const block: Block<V> = { rows, first, left: 0 }
    this.#blocks.push(block)
    this.#firsts.push(first)
    this.#rows += rows.length
    for (let row = 0; row < slots.length; row++) {
      const slot = slots[row]!
      if (slot < 0) continue
      if (slot >= this.#places.length) this.#grow(slot)
      else if (this.#places[slot] !== 0) this.forget(slot)
      this.#places[slot] = first + row + 1
      this.#size++
      block.left++
    }
  }

  has(slot: number): boolean {
    return slot < this.#places.length && this.#places[slot] !== 0
  }

  /** The value of a slot, if it has one. */
  at(slot: number): V | undefined {
    if (!this.has(slot)) return undefined
    const place = this.#places[slot]! - 1
    const { rows, first } = this.#blocks[this.#blockOf(place)]!
    return rows.at(place - first)
  }

  /** The slot has nothing here any more. */
  forget(slot: number): void {
    if (!this.has(slot)) return
    const at = this.#blockOf(this.#places[slot]! - 1)
    this.#places[slot] = 0
    this.#size--
    if (--this.#blocks[at]!.left === 0) this.#blocks[at] = null
  }

  /** The last block that begins at or before a place. */
  #blockOf(place: number): number {
    const firsts = this.#firsts
    let [from, to] = [0, firsts.length]
    while (to - from > 1) {
      const middle = (from + to) >> 1
      if (firsts[middle]! <= place) from = middle
      else to = middle
    }
    return from
  }

  #grow(slot: number): void {
    const places = new Int32Array(Math.max(2 * this.#places.length, slot + 1))
    places.set(this.#places)
    this.#places = places
  }
}
