import { NumberHeap } from './number-heap.ts'

/**
 * Who is to be called at which time. Those who wait for one time share one entry of the heap, so that a window of many keys costs one; each is called
 * once for a time, in the order in which they asked.
 */
export class TimerQueue<E> {
  /** The times that have an entry in `#waiting`, each once. */
  readonly #times = new NumberHeap()
  readonly #waiting = new Map<number, Set<E>>()
  #takenTime = NaN
  /** Goes through those who wait for `#takenTime`: a Set that is begun anew each time goes by all that were deleted. */
  #taking: Iterator<E> | null = null

  /** The earliest time that somebody waits for; Infinity for none. */
  get firstTime(): number {
    while (this.#times.size > 0) {
      const { first } = this.#times
      if (this.#waiting.get(first)!.size > 0) return first
      this.#waiting.delete(first)
      this.#times.removeFirst()
    }
    return Infinity
  }

  /** Time for which the last one was taken. */
  get takenTime(): number {
    return this.#takenTime
  }

  /** False when it waits for that time already. */
  add(time: number, waiter: E): boolean {
    let waiters = this.#waiting.get(time)
    if (waiters === undefined) {
      this.#waiting.set(time, (waiters = new Set()))
      this.#times.add(time)
    }
    if (waiters.has(waiter)) return false
    waiters.add(waiter)
    return true
  }

  /** False when it did not wait for that time. */
  delete(time: number, waiter: E): boolean {
    return this.#waiting.get(time)?.delete(waiter) ?? false
  }

  /** Takes the next one that waits for a time up to `until`; undefined for none. */
  take(until: number): E | undefined {
    const time = this.firstTime
    if (time > until || time === Infinity) return undefined
    const waiters = this.#waiting.get(time)!
    const waiter = this.#next(waiters, time)
    waiters.delete(waiter)
    this.#takenTime = time
    return waiter
  }

  #next(waiters: Set<E>, time: number): E {
    if (this.#taking === null || time !== this.#takenTime) this.#taking = waiters.values()
    let next = this.#taking.next()
    if (next.done === true) next = (this.#taking = waiters.values()).next()
    return next.value as E
  }
}
