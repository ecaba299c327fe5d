import type { Clock } from '../core/clock.ts'
import { TIMER_MS_MAX } from '../limits.ts'

export interface Timing {
  readonly clock: Clock
  setTimer(fn: () => void, delayMs: number): () => void
}

/** Not the wall clock: somebody may set that, and checkpoints and restarts are due all the same. */
export const timeMs = ({ clock }: Pick<Timing, 'clock'>): number => clock.monotonicMs()

/** One time at which something is to be done; another one replaces it. */
export class Appointment {
  readonly #host: Timing
  readonly #keep: () => void
  #cancel = (): void => {}

  constructor(host: Timing, keep: () => void) {
    this.#host = host
    this.#keep = keep
  }

  /** By the monotonic clock. Undefined: never. */
  at(atMs: number | undefined): void {
    this.#cancel()
    if (atMs === undefined) return
    const delayMs = Math.min(TIMER_MS_MAX, Math.max(0, atMs - timeMs(this.#host)))
    this.#cancel = this.#host.setTimer(this.#keep, delayMs)
  }
}
