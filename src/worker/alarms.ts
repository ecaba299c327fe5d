import type { Clock } from '../core/clock.ts'
import { WALL_CLOCK_LOOK_MS } from '../limits.ts'
import { WakeTimes } from './wake-times.ts'
import { WallClockWatch } from './wall-clock-watch.ts'

/** When the actors of a worker want to run, whether frames come or not. */
export class Alarms {
  readonly #clock: Clock
  /** Of operators, by the wall clock. */
  readonly timers = new WakeTimes()
  /** Of sources, by the monotonic one. */
  readonly pauses = new WakeTimes()
  readonly #wallClock: WallClockWatch

  constructor(clock: Clock) {
    this.#clock = clock
    this.#wallClock = new WallClockWatch(clock)
  }

  /** Time in ms until the first of them; Infinity for none. */
  get idleMs(): number {
    const { timers, pauses } = this
    const timerMs = timers.firstMs === Infinity ? Infinity : Math.min(timers.firstMs - this.#clock.nowMs(), WALL_CLOCK_LOOK_MS)
    const pauseMs = pauses.firstMs === Infinity ? Infinity : pauses.firstMs - this.#clock.monotonicMs()
    return Math.max(0, Math.min(timerMs, pauseMs))
  }

  /** Takes out those whose time has come. */
  takeDue(take: (actor: number) => void): void {
    const { timers, pauses } = this
    // Whoever wants so much time to have passed says anew when that is by the wall clock.
    if (timers.firstMs !== Infinity) timers.takeDue(this.#wallClock.wasSet() ? Infinity : this.#clock.nowMs(), take)
    if (pauses.firstMs !== Infinity) pauses.takeDue(this.#clock.monotonicMs(), take)
  }
}
