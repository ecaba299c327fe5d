import type { WorkerHost } from './worker-host.ts'

/** Makes one actor ready from outside the loop. Promises that come after the attempt do nothing. */
export class Waking {
  readonly #host: WorkerHost
  readonly #markReady: () => void
  #open = true

  constructor(host: WorkerHost, markReady: () => void) {
    this.#host = host
    this.#markReady = markReady
  }

  wake(): void {
    if (this.#open) this.#markReady()
    this.#host.onWake()
  }

  close(): void {
    this.#open = false
  }
}
