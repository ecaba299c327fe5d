const CAPACITY_MIN = 16

/** One value per slot, or none: numbers in a typed array for as long as there are no others. */
export class ValueColumn<V> {
  /** Null from the first value on that is no number. */
  #numbers: Float64Array | null = new Float64Array(CAPACITY_MIN)
  /** By slot: 1 where there is a number. */
  #present = new Uint8Array(CAPACITY_MIN)
  #values: (V | undefined)[] = []

  get(slot: number): V | undefined {
    const numbers = this.#numbers
    if (numbers === null) return this.#values[slot]
    return this.#present[slot] === 1 ? (numbers[slot] as V) : undefined
  }

  has(slot: number): boolean {
    return this.#numbers === null ? this.#values[slot] !== undefined : this.#present[slot] === 1
  }

  set(slot: number, value: V): void {
    if (this.#numbers === null) {
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

  clear(slot: number): void {
    if (this.#numbers === null) {
      if (slot < this.#values.length) this.#values[slot] = undefined
    } else if (slot < this.#present.length) this.#present[slot] = 0
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
    for (let slot = 0; slot < numbers.length; slot++) this.#values.push(this.#present[slot] === 1 ? (numbers[slot] as V) : undefined)
    this.#present = new Uint8Array(0)
  }
}
