import { TIMER_MS_MAX } from '../limits.ts'
import type { WorkerHost } from './worker-host.ts'

/** Makes one actor ready from outside the loop: at once, or at a time. Promises and timers that come after the attempt do nothing. */
export class Waking {
  readonly #host: WorkerHost
  readonly #markReady: () => void
  #open = true
  #cancel: (() => void) | null = null

  constructor(host: WorkerHost, markReady: () => void) {
    this.#host = host
    this.#markReady = markReady
  }

  wake(): void {
    if (this.#open) this.#markReady()
    this.#host.onWake()
  }

  wakeAt(monotonicMs: number): void {
    if (!this.#open) return
    this.#cancel?.()
    // Timers count whole milliseconds: rather a little late than too early.
    const delayMs = Math.min(TIMER_MS_MAX, Math.max(0, Math.ceil(monotonicMs - this.#host.clock.monotonicMs())))
    this.#cancel = this.#host.after(delayMs, () => {
      this.#cancel = null
      this.wake()
    })
  }

  close(): void {
    this.#open = false
    this.#cancel?.()
  }
}
