import { EXIT } from '../exit-code.ts'

export interface InterruptActions {
  /** End the input and finish what is in flight. */
  drain(): void
  /** Take a checkpoint and end. */
  stop(): void
}

/** Ctrl-C: the first drains, the second stops, the third leaves without waiting. SIGTERM stops at once. */
export class Interrupts {
  readonly #actions: InterruptActions
  #count = 0
  readonly #onInterrupt = (): void => this.#next()
  readonly #onTerminate = (): void => {
    this.#count = Math.max(this.#count, 1)
    this.#next()
  }

  constructor(actions: InterruptActions) {
    this.#actions = actions
    process.on('SIGINT', this.#onInterrupt)
    process.on('SIGTERM', this.#onTerminate)
  }

  release(): void {
    process.removeListener('SIGINT', this.#onInterrupt)
    process.removeListener('SIGTERM', this.#onTerminate)
  }

  #next(): void {
    this.#count++
    if (this.#count === 1) this.#actions.drain()
    else if (this.#count === 2) this.#actions.stop()
    else process.exit(EXIT.stopped)
  }
}
