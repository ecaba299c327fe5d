import type { KeyTable } from '../state/key-table.ts'
import { Timers } from './timers.ts'

/** One time for each slot of some keys, which are held by it. */
export class DueTimes {
  readonly #timers: Timers
  /** By slot; NaN for none. */
  #ms = new Float64Array(64).fill(NaN)

  constructor(keys: KeyTable) {
    this.#timers = new Timers(keys)
  }

  /** The first of them; Infinity for none. */
  get firstMs(): number {
    return this.#timers.firstMs
  }

  /** A slot that has no time gets one; Infinity is none. */
  set(slot: number, ms: number): void {
    if (ms === Infinity) return
    if (slot >= this.#ms.length) this.#grow(slot)
    this.#ms[slot] = ms
    this.#timers.set(slot, ms)
  }

  /** The time of a slot, which has none any more; NaN when it had none. */
  take(slot: number): number {
    const ms = this.#ms[slot] ?? NaN
    if (Number.isNaN(ms)) return NaN
    this.#ms[slot] = NaN
    this.#timers.delete(slot, ms)
    return ms
  }

  /** Slots up to a time, at most `max`, the first one among them; empty when there are none. */
  dueSlots(until: number, max: number): number[] {
    return this.#timers.size === 0 ? [] : this.#timers.dueSlots(until, max)
  }

  #grow(slot: number): void {
    const grown = new Float64Array(Math.max(2 * this.#ms.length, slot + 1)).fill(NaN)
    grown.set(this.#ms)
    this.#ms = grown
  }
}
