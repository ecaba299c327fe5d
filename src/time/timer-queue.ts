/**
 * Who is to be called at which time. Those who wait for one time share one entry of the heap, so that a window of many keys costs one; each is called
 * once for a time, in the order in which they asked.
 */
export class TimerQueue<E> {
  /** Binary heap of the times that have an entry in `#waiting`, each once. */
  readonly #heap: number[] = []
  readonly #waiting = new Map<number, Set<E>>()
  #takenTime = NaN

  /** The earliest time that somebody waits for; Infinity for none. */
  get firstTime(): number {
    while (this.#heap.length > 0) {
      if (this.#waiting.get(this.#heap[0]!)!.size > 0) return this.#heap[0]!
      this.#waiting.delete(this.#heap[0]!)
      this.#removeFirst()
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
      this.#insert(time)
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
    const [waiter] = waiters
    waiters.delete(waiter!)
    this.#takenTime = time
    return waiter
  }

  #insert(time: number): void {
    const heap = this.#heap
    let at = heap.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (heap[parent]! <= time) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = time
  }

  #removeFirst(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++
      if (heap[child]! >= last) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
  }
}
