import type { Clock } from '../../core/clock.ts'

/** So little time passes with a reading that no timer notices, but whoever works for a budget of time comes to an end. */
const READING_MS = 1e-6
/** About 500 readings, two or more a step of an actor. */
export const TURN_BUDGET_MS = 500 * READING_MS
/** One step of an actor: the first reading after it is beyond. */
export const ONE_STEP_BUDGET_MS = READING_MS / 2

/** Time that goes on only where the script says so. */
export class KitClock implements Clock {
  readonly #startMs: number
  #elapsedMs = 0
  #readings = 0

  constructor(startMs: number) {
    this.#startMs = startMs
  }

  nowMs(): number {
    return Math.floor(this.#startMs + this.#elapsedMs)
  }

  monotonicMs(): number {
    return this.#elapsedMs + READING_MS * this.#readings++
  }

  /** Milliseconds until a time of the wall clock. */
  msUntil(ms: number): number {
    return ms - this.#startMs - this.#elapsedMs
  }

  pass(ms: number): void {
    this.#elapsedMs += Math.max(0, ms)
  }
}
