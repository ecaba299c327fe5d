import { EXIT } from '../exit-code.ts'
import type { Ward } from '../supervise/ward.ts'

export interface InterruptActions {
  /** End the input and finish what is in flight. */
  drain(): void
  /** Take a checkpoint and end. */
  stop(): void
}

/**
 * Ctrl-C: the first drains, the second stops, the third leaves without waiting. SIGTERM stops at once. A process with a supervisor is told by it; signals of its own
 * are those that a terminal or a service manager sends to all processes of a group, so they count as no more than one.
 */
export class Interrupts {
  readonly #actions: InterruptActions
  #count = 0
  readonly #onInterrupt = (): void => this.#next()
  readonly #onTerminate = (): void => {
    this.#count = Math.max(this.#count, 1)
    this.#next()
  }

  readonly #onInterruptOfGroup = (): void => {}
  readonly #onTerminateOfGroup = (): void => this.#actions.stop()
  readonly #ward: Ward | null

  constructor(actions: InterruptActions, ward: Ward | null = null) {
    this.#actions = actions
    this.#ward = ward
    process.on('SIGINT', ward === null ? this.#onInterrupt : this.#onInterruptOfGroup)
    process.on('SIGTERM', ward === null ? this.#onTerminate : this.#onTerminateOfGroup)
    ward?.obey((signal) => (signal === 'SIGINT' ? this.#onInterrupt() : this.#onTerminate()))
  }

  release(): void {
    for (const listener of [this.#onInterrupt, this.#onInterruptOfGroup]) process.removeListener('SIGINT', listener)
    for (const listener of [this.#onTerminate, this.#onTerminateOfGroup]) process.removeListener('SIGTERM', listener)
    this.#ward?.release()
  }

  #next(): void {
    this.#count++
    if (this.#count === 1) this.#actions.drain()
    else if (this.#count === 2) this.#actions.stop()
    else process.exit(EXIT.stopped)
  }
}
