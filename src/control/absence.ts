import { WORKER_RETRY_MS_MAX, WORKER_RETRY_MS_MIN, WORKER_START_TRIES_MAX } from './absence-limits.ts'

/**
 * Workers in whose place no thread comes up. Some tries follow each other at once, then the worker is away, and a thread is tried after pauses that grow. One that has come up is
 * still away until it is made welcome: the attempt that runs does not know it.
 */
export class Absence {
  /** By worker that is away, the next pause in ms. */
  readonly #away = new Map<number, number>()
  readonly #back = new Set<number>()
  /** By worker, tries that failed in a row. */
  readonly #failed = new Map<number, number>()
  readonly #timers = new Map<number, NodeJS.Timeout>()

  has(worker: number): boolean {
    return this.#away.has(worker)
  }

  get workers(): readonly number[] {
    return [...this.#away.keys()].sort((a, b) => a - b)
  }

  /** A try failed. True when there is to be another one at once. */
  triesAgain(worker: number): boolean {
    if (this.#away.has(worker)) return false
    const failed = (this.#failed.get(worker) ?? 0) + 1
    this.#failed.set(worker, failed)
    return failed < WORKER_START_TRIES_MAX
  }

  /** No more tries for now. */
  leave(worker: number, tryAgain: () => void): void {
    const pauseMs = this.#away.get(worker) ?? WORKER_RETRY_MS_MIN
    this.#away.set(worker, Math.min(2 * pauseMs, WORKER_RETRY_MS_MAX))
    this.#timers.set(worker, setTimeout(tryAgain, pauseMs))
  }

  /** A thread has loaded the job. True when it was away until now. */
  cameUp(worker: number): boolean {
    this.#failed.delete(worker)
    if (!this.#away.has(worker)) return false
    this.#back.add(worker)
    return true
  }

  /** It was lost, perhaps after it had come up. */
  lost(worker: number): void {
    this.#back.delete(worker)
  }

  /** Those that have come up are there again: which these are. */
  welcome(): readonly number[] {
    const back = [...this.#back]
    for (const worker of back) this.#away.delete(worker)
    this.#back.clear()
    return back
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }
}
