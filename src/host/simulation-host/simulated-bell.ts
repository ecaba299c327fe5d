import { AWAKE, RUNG, openDoorbell } from '../../ring/doorbell-layout.ts'

/** Sleep of a simulated thread on its doorbell. Stricter than the real one: it has no timeout, so only a ring ends it. */
export class SimulatedBell {
  readonly #words: Int32Array
  readonly #word: number
  #asleep = false

  constructor(doorbells: SharedArrayBuffer, index: number) {
    const { words, word } = openDoorbell(doorbells, index)
    this.#words = words
    this.#word = word
  }

  get isAsleep(): boolean {
    return this.#asleep
  }

  ring(): void {
    this.#words[this.#word] = RUNG
  }

  /** A ring before the sleep counts, and so does work that is there. */
  fallAsleep(hasWork: () => boolean): void {
    this.#asleep = !this.#takeRing() && !hasWork()
  }

  /** Wakes the thread if somebody rang. True when it is awake. */
  look(): boolean {
    if (this.#asleep && this.#takeRing()) this.#asleep = false
    return !this.#asleep
  }

  #takeRing(): boolean {
    if (this.#words[this.#word] !== RUNG) return false
    this.#words[this.#word] = AWAKE
    return true
  }
}
