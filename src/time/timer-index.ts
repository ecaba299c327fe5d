const CAPACITY_MIN = 16
const GOLDEN = 0x9e3779b1
const MIX = 0x85ebca6b

/** Finds the number of a timer by the slot of its key and its time: an open-addressing table with linear probing, at most half full. */
export class TimerIndex {
  /** Number + 1; 0 is free. */
  #timers = new Int32Array(CAPACITY_MIN)
  #slots = new Int32Array(CAPACITY_MIN)
  #times = new Float64Array(CAPACITY_MIN)
  #size = 0

  /** The number of a timer, or -1. */
  find(slot: number, time: number): number {
    const mask = this.#timers.length - 1
    for (let at = place(slot, time) & mask; ; at = (at + 1) & mask) {
      const timer = this.#timers[at]!
      if (timer === 0) return -1
      if (this.#slots[at] === slot && this.#times[at] === time) return timer - 1
    }
  }

  /** Adds a timer that is not there. */
  add(slot: number, time: number, timer: number): void {
    if (2 * (this.#size + 1) > this.#timers.length) this.#resize(2 * this.#timers.length)
    this.#size++
    this.#insert(slot, time, timer + 1)
  }

  /** Removes a timer that is there. Entries behind it move up (Knuth, TAOCP 3, 6.4, algorithm R). */
  remove(slot: number, time: number): void {
    const mask = this.#timers.length - 1
    let hole = place(slot, time) & mask
    while (this.#slots[hole] !== slot || this.#times[hole] !== time || this.#timers[hole] === 0) hole = (hole + 1) & mask
    for (let at = (hole + 1) & mask; this.#timers[at] !== 0; at = (at + 1) & mask) {
      const home = place(this.#slots[at]!, this.#times[at]!) & mask
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      this.#put(hole, this.#slots[at]!, this.#times[at]!, this.#timers[at]!)
      hole = at
    }
    this.#timers[hole] = 0
    this.#size--
    if (16 * this.#size < this.#timers.length && this.#timers.length > CAPACITY_MIN) this.#resize(this.#timers.length / 2)
  }

  #insert(slot: number, time: number, timer: number): void {
    const mask = this.#timers.length - 1
    let at = place(slot, time) & mask
    while (this.#timers[at] !== 0) at = (at + 1) & mask
    this.#put(at, slot, time, timer)
  }

  #put(at: number, slot: number, time: number, timer: number): void {
    this.#slots[at] = slot
    this.#times[at] = time
    this.#timers[at] = timer
  }

  #resize(length: number): void {
    const [timers, slots, times] = [this.#timers, this.#slots, this.#times]
    this.#timers = new Int32Array(length)
    this.#slots = new Int32Array(length)
    this.#times = new Float64Array(length)
    for (let at = 0; at < timers.length; at++) if (timers[at] !== 0) this.#insert(slots[at]!, times[at]!, timers[at]!)
  }
}

function place(slot: number, time: number): number {
  const low = time | 0
  const high = (time / 4294967296) | 0
  const mixed = Math.imul(slot, GOLDEN) ^ Math.imul(low ^ Math.imul(high, GOLDEN), MIX)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
