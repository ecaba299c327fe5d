import type { KeyTable } from '../state/key-table.ts'
import type { StateJournal, Undoable } from '../state/state-journal.ts'
import { TimerIndex } from './timer-index.ts'

const CAPACITY_MIN = 16
/** Children of a node of the heap: their times lie on one cache line. */
const CHILDREN = 4

/** Timers at a time. */
export interface TimersCopy {
  /** By position in the heap: time, and number of the timer. */
  readonly times: Float64Array
  readonly timers: Int32Array
  /** By number of the timer: key slot, and place in the order in which timers were set. */
  readonly slots: Int32Array
  readonly orders: Float64Array
}

/**
 * Timers of keys, each (key, time) once. They come out in the order of their times, those of one time in the order in which they were set. A heap of
 * timer numbers beside their times, in typed arrays: no object a timer. Keys are slots of the table that state uses too, and are held by their timers.
 */
export class Timers implements Undoable {
  readonly #keys: KeyTable
  readonly #index = new TimerIndex()
  /** By position in the heap. */
  #heapTimes = new Float64Array(CAPACITY_MIN)
  #heap = new Int32Array(CAPACITY_MIN)
  #size = 0
  /** By number of the timer. */
  #slots = new Int32Array(CAPACITY_MIN)
  #orders = new Float64Array(CAPACITY_MIN)
  #positions = new Int32Array(CAPACITY_MIN)
  /** Numbers that were used and are free, and how many were ever used. */
  readonly #free: number[] = []
  #numbers = 0
  #nextOrder = 0

  constructor(keys: KeyTable) {
    this.#keys = keys
  }

  get size(): number {
    return this.#size
  }

  /** Time of the first timer; Infinity for none. */
  get firstMs(): number {
    return this.#size === 0 ? Infinity : this.#heapTimes[0]!
  }

  /** Key slot of the first timer, of which there is one. */
  get firstSlot(): number {
    return this.#slots[this.#heap[0]!]!
  }

  /** Sets a timer for the key of a slot, unless there is one for that time; -0 is 0. */
  set(slot: number, time: number, journal: StateJournal | null = null): void {
    if (this.#index.find(slot, time) !== -1) return
    if (journal !== null) journal.note(this, slot, time, undefined)
    this.#insert(slot, time + 0, this.#nextOrder++)
  }

  /** Takes a timer back; false when there is none. */
  delete(slot: number, time: number, journal: StateJournal | null = null): boolean {
    const timer = this.#index.find(slot, time)
    if (timer === -1) return false
    if (journal !== null) journal.note(this, slot, time + 0, this.#orders[timer])
    this.#remove(timer)
    return true
  }

  /** Takes the first timer away, of which there is one. The key of its slot is held until {@link KeyTable.sweep}. */
  shift(journal: StateJournal | null = null): void {
    const timer = this.#heap[0]!
    if (journal !== null) journal.note(this, this.#slots[timer]!, this.#heapTimes[0], this.#orders[timer])
    this.#remove(timer)
  }

  undo(slot: number, time: unknown, order: unknown): void {
    if (order === undefined) this.#remove(this.#index.find(slot, time as number))
    else this.#insert(slot, time as number, order as number)
  }

  /** Calls `fn` for every timer, in no particular order. `order` grows with each timer that is set. */
  forEach(fn: (slot: number, time: number, order: number) => void): void {
    for (let position = 0; position < this.#size; position++) {
      const timer = this.#heap[position]!
      fn(this.#slots[timer]!, this.#heapTimes[position]!, this.#orders[timer]!)
    }
  }

  /** Copies of the heap that no later change reaches. */
  copy(): TimersCopy {
    return {
      times: this.#heapTimes.slice(0, this.#size),
      timers: this.#heap.slice(0, this.#size),
      slots: this.#slots.slice(0, this.#numbers),
      orders: this.#orders.slice(0, this.#numbers),
    }
  }

  /** Key slots of timers up to a time, at most `max`, the first timer's among them; the others are roughly in the order of their times. */
  dueSlots(until: number, max: number): number[] {
    const slots: number[] = []
    const positions = this.firstMs <= until ? [0] : []
    for (let i = 0; i < positions.length && slots.length < max; i++) {
      slots.push(this.#slots[this.#heap[positions[i]!]!]!)
      const first = CHILDREN * positions[i]! + 1
      for (let child = first; child < Math.min(first + CHILDREN, this.#size); child++)
        if (this.#heapTimes[child]! <= until) positions.push(child)
    }
    return slots
  }

  /** Sets a timer that `forEach` told of. */
  restore(slot: number, time: number, order: number): void {
    if (this.#index.find(slot, time) !== -1) return
    this.#nextOrder = Math.max(this.#nextOrder, order + 1)
    this.#insert(slot, time, order)
  }

  #insert(slot: number, time: number, order: number): void {
    const timer = this.#free.pop() ?? this.#numbers++
    if (timer === this.#slots.length) this.#grow()
    this.#slots[timer] = slot
    this.#orders[timer] = order
    this.#keys.use(slot)
    this.#index.add(slot, time, timer)
    this.#rise(this.#size++, timer, time)
  }

  #remove(timer: number): void {
    const position = this.#positions[timer]!
    const slot = this.#slots[timer]!
    this.#index.remove(slot, this.#heapTimes[position]!)
    this.#keys.release(slot)
    this.#free.push(timer)
    const last = --this.#size
    if (position === last) return
    const [moved, time] = [this.#heap[last]!, this.#heapTimes[last]!]
    this.#rise(position, moved, time)
    if (this.#positions[moved] === position) this.#sink(position, moved, time)
  }

  /** Places a timer at a position or above, where it belongs. */
  #rise(position: number, timer: number, time: number): void {
    while (position > 0) {
      const parent = (position - 1) >> 2
      const parentTime = this.#heapTimes[parent]!
      if (parentTime < time || (parentTime === time && this.#orders[this.#heap[parent]!]! < this.#orders[timer]!)) break
      this.#place(position, this.#heap[parent]!, parentTime)
      position = parent
    }
    this.#place(position, timer, time)
  }

  /** The same, at a position or below. */
  #sink(position: number, timer: number, time: number): void {
    for (;;) {
      const first = CHILDREN * position + 1
      if (first >= this.#size) break
      let least = first
      const end = Math.min(first + CHILDREN, this.#size)
      for (let child = first + 1; child < end; child++) if (this.#isBefore(child, least)) least = child
      const leastTime = this.#heapTimes[least]!
      if (time < leastTime || (time === leastTime && this.#orders[timer]! < this.#orders[this.#heap[least]!]!)) break
      this.#place(position, this.#heap[least]!, leastTime)
      position = least
    }
    this.#place(position, timer, time)
  }

  #place(position: number, timer: number, time: number): void {
    this.#heap[position] = timer
    this.#heapTimes[position] = time
    this.#positions[timer] = position
  }

  #isBefore(a: number, b: number): boolean {
    const difference = this.#heapTimes[a]! - this.#heapTimes[b]!
    return difference === 0 ? this.#orders[this.#heap[a]!]! < this.#orders[this.#heap[b]!]! : difference < 0
  }

  #grow(): void {
    const length = 2 * this.#slots.length
    this.#heapTimes = copied(new Float64Array(length), this.#heapTimes)
    this.#heap = copied(new Int32Array(length), this.#heap)
    this.#slots = copied(new Int32Array(length), this.#slots)
    this.#orders = copied(new Float64Array(length), this.#orders)
    this.#positions = copied(new Int32Array(length), this.#positions)
  }
}

function copied<A extends Float64Array | Int32Array>(target: A, source: A): A {
  target.set(source)
  return target
}
