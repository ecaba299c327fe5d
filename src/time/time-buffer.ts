/** Records by their time, those of equal time in the order in which they came: a binary heap over typed arrays. */
export class TimeBuffer<T> {
  #times = new Float64Array(16)
  #orders = new Float64Array(16)
  #records: (T | undefined)[] = []
  #size = 0
  #added = 0

  get size(): number {
    return this.#size
  }

  /** Time of the earliest record; Infinity when there is none. */
  get firstTime(): number {
    return this.#size === 0 ? Infinity : this.#times[0]!
  }

  add(record: T, time: number): void {
    if (this.#size === this.#times.length) this.#grow()
    let i = this.#size++
    const order = this.#added++
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (this.#times[parent]! <= time) break
      this.#move(parent, i)
      i = parent
    }
    this.#times[i] = time
    this.#orders[i] = order
    this.#records[i] = record
  }

  /** Takes the earliest record out; there must be one. */
  take(): T {
    const first = this.#records[0] as T
    const last = --this.#size
    const [time, order, record] = [this.#times[last]!, this.#orders[last]!, this.#records[last]]
    this.#records[last] = undefined
    if (last > 0) this.#sink(time, order, record)
    else this.#added = 0
    return first
  }

  /** All records in the order in which `take` would give them, with their times. */
  entries(): { readonly time: number; readonly record: T }[] {
    return Array.from({ length: this.#size }, (_, i) => i)
      .sort((a, b) => this.#times[a]! - this.#times[b]! || this.#orders[a]! - this.#orders[b]!)
      .map((i) => ({ time: this.#times[i]!, record: this.#records[i] as T }))
  }

  #sink(time: number, order: number, record: T | undefined): void {
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= this.#size) break
      if (child + 1 < this.#size && this.#before(child + 1, child)) child++
      if (this.#times[child]! > time || (this.#times[child] === time && this.#orders[child]! > order)) break
      this.#move(child, i)
      i = child
    }
    this.#times[i] = time
    this.#orders[i] = order
    this.#records[i] = record
  }

  #before(a: number, b: number): boolean {
    return this.#times[a]! < this.#times[b]! || (this.#times[a] === this.#times[b] && this.#orders[a]! < this.#orders[b]!)
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from]!
    this.#orders[to] = this.#orders[from]!
    this.#records[to] = this.#records[from]
  }

  #grow(): void {
    const times = new Float64Array(this.#size * 2)
    times.set(this.#times)
    this.#times = times
    const orders = new Float64Array(this.#size * 2)
    orders.set(this.#orders)
    this.#orders = orders
  }
}
