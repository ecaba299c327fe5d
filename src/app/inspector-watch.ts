import { url } from 'node:inspector'
import { INSPECTOR_LOOK_MS } from '../limits.ts'

/**
 * Tells other threads whether an inspector is open (`--inspect`, `inspector.open()`, SIGUSR1), which only the main thread of a process knows. While one
 * is, a thread may stand at a breakpoint for as long as somebody looks at it.
 */
export class InspectorWatch {
  /** Int32: 1 while an inspector is open. */
  readonly memory = new SharedArrayBuffer(4)
  readonly #timer: NodeJS.Timeout

  constructor() {
    this.#look()
    this.#timer = setInterval(() => this.#look(), INSPECTOR_LOOK_MS).unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    Atomics.store(new Int32Array(this.memory), 0, url() === undefined ? 0 : 1)
  }
}
