import { type StoredRows, StoredValues, roomFor } from './stored-values.ts'

const CAPACITY_MIN = 16

/** One value per slot, or none: numbers in a typed array for as long as there are no others. What was restored may still be in its chunk. */
export class ValueColumn<V> {
  /** Null from the first value on that is no number. */
  #numbers: Float64Array | null = new Float64Array(CAPACITY_MIN)
  /** By slot: 1 where there is a number. */
  #present = new Uint8Array(CAPACITY_MIN)
  #values: (V | undefined)[] = []
  /** How far slots are known to go. */
  #expected = 0
  /** Of slots that have nothing in `#values`. */
  #stored: StoredValues<V> | null = null

  get(slot: number): V | undefined {
    const numbers = this.#numbers
    if (numbers === null) {
      const value = this.#values[slot]
      return value === undefined && this.#stored !== null ? this.#load(slot) : value
    }
    return this.#present[slot] === 1 ? (numbers[slot] as V) : undefined
  }

  /** As `get`, for whoever neither keeps nor changes it. */
  peek(slot: number): V | undefined {
    return this.#stored?.at(slot) ?? this.get(slot)
  }

  has(slot: number): boolean {
    if (this.#numbers !== null) return this.#present[slot] === 1
    return this.#values[slot] !== undefined || this.#stored?.has(slot) === true
  }

  set(slot: number, value: V): void {
    if (this.#numbers === null) {
      if (this.#stored !== null) this.#forgetStored(slot)
      // An array with holes at its end would become slow.
      while (this.#values.length < slot) this.#values.push(undefined)
      this.#values[slot] = value
    } else if (typeof value === 'number') {
      if (slot >= this.#present.length) this.#grow(slot)
      this.#numbers[slot] = value
      this.#present[slot] = 1
    } else {
      this.#convert()
      this.set(slot, value)
    }
  }

  /** Values of slots that have none. @param slots by row; negative ones are left out */
  restore(rows: StoredRows<V>, slots: Int32Array): void {
    if (this.#numbers !== null) this.#convert()
    this.#stored ??= new StoredValues(this.#expected)
    this.#stored.add(rows, slots)
    let size = this.#values.length
    for (let row = 0; row < slots.length; row++) size = Math.max(size, slots[row]! + 1)
    while (this.#values.length < size) this.#values.push(undefined)
  }

  /** Values of slots below `size` are going to be restored. */
  expect(size: number): void {
    this.#expected = size
  }

  clear(slot: number): void {
    if (this.#numbers === null) {
      if (this.#stored !== null) this.#forgetStored(slot)
      if (slot < this.#values.length) this.#values[slot] = undefined
    } else if (slot < this.#present.length) this.#present[slot] = 0
  }

  #load(slot: number): V | undefined {
    const value = this.#stored!.at(slot)
    if (value !== undefined) this.set(slot, value)
    return value
  }

  #forgetStored(slot: number): void {
    this.#stored!.forget(slot)
    if (this.#stored!.size === 0) this.#stored = null
  }

  #grow(slot: number): void {
    const length = Math.max(2 * this.#present.length, slot + 1)
    const present = new Uint8Array(length)
    present.set(this.#present)
    this.#present = present
    const numbers = new Float64Array(length)
    numbers.set(this.#numbers!)
    this.#numbers = numbers
  }

  #convert(): void {
    const numbers = this.#numbers!
    this.#numbers = null
    this.#values = roomFor(Math.max(numbers.length, this.#expected))
    for (let slot = 0; slot < numbers.length; slot++) if (this.#present[slot] === 1) this.#values[slot] = numbers[slot] as V
    this.#present = new Uint8Array(0)
  }
}
