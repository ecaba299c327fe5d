import type { Clock } from '../core/clock.ts'
import { WALL_CLOCK_SET_MS_MIN } from '../limits.ts'

/** Notices that somebody sets the wall clock. */
export class WallClockWatch {
  readonly #clock: Clock
  /** Of the wall clock, over the other one. */
  #aheadMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#aheadMs = clock.nowMs() - clock.monotonicMs()
  }

  /** True when that has happened since the last call. */
  wasSet(): boolean {
    const aheadMs = this.#clock.nowMs() - this.#clock.monotonicMs()
    if (Math.abs(aheadMs - this.#aheadMs) < WALL_CLOCK_SET_MS_MIN) return false
    this.#aheadMs = aheadMs
    return true
  }
}
