/** A binary heap of numbers, the smallest first. */
export class NumberHeap {
  readonly #heap: number[] = []

  get size(): number {
    return this.#heap.length
  }

  /** The smallest; Infinity when there is none. */
  get first(): number {
    return this.#heap.length === 0 ? Infinity : this.#heap[0]!
  }

  add(value: number): void {
    const heap = this.#heap
    let at = heap.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (heap[parent]! <= value) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = value
  }

  removeFirst(): void {
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
