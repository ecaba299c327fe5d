/** Records of one key by their times, those of equal time in the order in which they came: a list, since records come mostly in order. */
export class TimeList<T> {
  #times: number[] = []
  #records: T[] = []
  /** Where the list begins: what was dropped stays until it is half of the arrays. */
  #head = 0

  get size(): number {
    return this.#times.length - this.#head
  }

  /** Time of the earliest record; Infinity for none. */
  get firstTime(): number {
    return this.size === 0 ? Infinity : this.#times[this.#head]!
  }

  /** Time of the latest record; -Infinity for none. */
  get lastTime(): number {
    return this.size === 0 ? -Infinity : this.#times[this.#times.length - 1]!
  }

  timeAt(index: number): number {
    return this.#times[this.#head + index]!
  }

  recordAt(index: number): T {
    return this.#records[this.#head + index]!
  }

  /** Index of the first record of that time or a later one; the size when there is none. */
  firstFrom(time: number): number {
    const times = this.#times
    let from = this.#head
    let to = times.length
    while (from < to) {
      const middle = (from + to) >> 1
      if (times[middle]! < time) from = middle + 1
      else to = middle
    }
    return from - this.#head
  }

  /** Index of the last record of that time or an earlier one; -1 when there is none. */
  lastUpTo(time: number): number {
    const times = this.#times
    let from = this.#head
    let to = times.length
    while (from < to) {
      const middle = (from + to) >> 1
      if (times[middle]! <= time) from = middle + 1
      else to = middle
    }
    return from - this.#head - 1
  }

  add(time: number, record: T): void {
    const times = this.#times
    if (times.length === this.#head || times[times.length - 1]! <= time) {
      times.push(time)
      this.#records.push(record)
      return
    }
    const at = this.#head + this.lastUpTo(time) + 1
    times.splice(at, 0, time)
    this.#records.splice(at, 0, record)
  }

  /** Puts another record in the place of one. */
  replaceAt(index: number, record: T): void {
    this.#records[this.#head + index] = record
  }

  /** Drops the first `count` records. */
  drop(count: number): void {
    for (let i = 0; i < count; i++) this.#records[this.#head + i] = undefined as T
    this.#head += count
    if (2 * this.#head < this.#times.length) return
    this.#times.splice(0, this.#head)
    this.#records.splice(0, this.#head)
    this.#head = 0
  }

  times(): number[] {
    return this.#times.slice(this.#head)
  }

  records(): T[] {
    return this.#records.slice(this.#head)
  }
}
