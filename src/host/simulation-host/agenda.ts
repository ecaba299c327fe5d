/** What happens at a virtual time. */
export interface Appointment {
  readonly atMs: number
  /** Names it in traces. */
  readonly label: string
  readonly run: () => void
  cancelled: boolean
}

interface Entry extends Appointment {
  readonly order: number
}

/** Appointments by time, those of equal time in the order in which they were made. A binary heap. */
export class Agenda {
  readonly #heap: Entry[] = []
  #made = 0

  add(atMs: number, label: string, run: () => void): Appointment {
    const entry: Entry = { atMs, label, run, cancelled: false, order: this.#made++ }
    this.#heap.push(entry)
    this.#rise(this.#heap.length - 1)
    return entry
  }

  clear(): void {
    this.#heap.length = 0
  }

  /** Time of the next appointment, Infinity when there is none. */
  get nextMs(): number {
    while (this.#heap[0]?.cancelled === true) this.#removeFirst()
    return this.#heap[0]?.atMs ?? Infinity
  }

  /** Takes the next appointment out. There must be one. */
  take(): Appointment {
    while (this.#heap[0]!.cancelled) this.#removeFirst()
    return this.#removeFirst()
  }

  #removeFirst(): Entry {
    const heap = this.#heap
    const first = heap[0]!
    const last = heap.pop()!
    if (heap.length > 0) {
      heap[0] = last
      this.#sink()
    }
    return first
  }

  #rise(from: number): void {
    const heap = this.#heap
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1
      if (!before(heap[at]!, heap[parent]!)) return
      swap(heap, at, parent)
      at = parent
    }
  }

  #sink(): void {
    const heap = this.#heap
    for (let at = 0; ;) {
      const left = 2 * at + 1
      if (left >= heap.length) return
      const least = left + 1 < heap.length && before(heap[left + 1]!, heap[left]!) ? left + 1 : left
      if (!before(heap[least]!, heap[at]!)) return
      swap(heap, at, least)
      at = least
    }
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

function swap(heap: Entry[], i: number, j: number): void {
  const entry = heap[i]!
  heap[i] = heap[j]!
  heap[j] = entry
}
