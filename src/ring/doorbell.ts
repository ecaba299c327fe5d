/// <reference lib="es2024.sharedmemory" />
import { MillraceError } from '../errors.ts'
import { ASLEEP, AWAKE, openDoorbell, RUNG } from './doorbell-layout.ts'

/** Why a sleep ended: `hasWork()` said so before it began, somebody rang, or the time was up. */
export type WakeReason = 'work' | 'rung' | 'timeout'

const TIMER_MS_MAX = 2 ** 31 - 1

/**
 * Wakes one thread, its owner, from any other thread.
 *
 * Why no wake-up is lost. One word holds the state, and all operations on it and on ring positions are sequentially consistent atomics:
 *
 * - a peer first makes its work visible (the ring's tail), then looks at the word (`ring()`);
 * - the owner first writes ASLEEP into the word, then looks for work (`hasWork()`).
 *
 * In the one total order of these four steps, one of the second steps comes last and sees the other side's first step: either the peer
 * sees ASLEEP and rings, or the owner sees the work and stays awake (Dekker's argument). Between `hasWork()` and the wait itself a peer may
 * turn ASLEEP into RUNG: the wait only begins while the word is still ASLEEP, which the futex checks atomically.
 *
 * RUNG stays until the owner's next sleep, which then returns at once. So a ring is never lost either when `hasWork()` cannot see what
 * it was about, such as a message in a port. The price is that the sleep after busy time may return `'rung'` with nothing left to do.
 */
export class Doorbell {
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #word: number
  /** A wait of the event loop is pending in V8; there is never more than one, and a later sleep uses it again. */
  #waiterPending = false
  #wakeSleeper: ((reason: WakeReason) => void) | undefined
  #timer: NodeJS.Timeout | undefined

  /**
   * @param buffer made by `createDoorbells()`, shared by all threads
   * @param index whose bell it is
   * @throws MR_RING_INVALID when the buffer was not made by `createDoorbells()`
   * @throws MR_OPTION_INVALID when there is no such index
   */
  constructor(buffer: SharedArrayBuffer, index: number) {
    const { words, word } = openDoorbell(buffer, index)
    this.#words = words
    this.#word = word
  }

  /**
   * Any thread: wakes the owner if it sleeps, or makes its next sleep return at once. Costs one atomic load while an earlier ring is
   * unnoticed, one exchange if it is the first since the owner's last sleep, and a notify only when the owner sleeps.
   */
  ring(): void {
    if (Atomics.load(this.#words, this.#word) === RUNG) return
    if (Atomics.exchange(this.#words, this.#word, RUNG) === ASLEEP) Atomics.notify(this.#words, this.#word)
  }

  /**
   * Owner: blocks the thread until somebody rings, at most `ms` milliseconds.
   *
   * @param hasWork called once after the sleep was announced; when true the thread stays awake
   * @returns `'rung'` also for a ring before the call that no sleep has reported yet; a wake-up without any ring is possible, but rare
   */
  sleep(hasWork: () => boolean, ms: number): WakeReason {
    const early = this.#fallAsleep(hasWork)
    if (early !== undefined) return early
    const outcome = Atomics.wait(this.#words, this.#word, ASLEEP, ms)
    return this.#wakeUp(outcome !== 'timed-out')
  }

  /**
   * Owner: the same without blocking: the event loop goes on turning.
   *
   * The thread stays alive while the sleep lasts, because of the timer that ends it: in Node.js a pending `Atomics.waitAsync` alone does
   * not hold a thread (a worker with nothing else exits). Call it again only after the promise has settled.
   *
   * @param ms at most 2^31 - 1, also if larger
   * @throws MR_RING_INVALID (rejected) when the owner sleeps already
   */
  sleepAsync(hasWork: () => boolean, ms: number): Promise<WakeReason> {
    if (this.#wakeSleeper !== undefined) {
      return Promise.reject(new MillraceError('MR_RING_INVALID', 'sleepAsync() was called while an earlier one is pending'))
    }
    const early = this.#fallAsleep(hasWork)
    if (early !== undefined) return Promise.resolve(early)
    if (!this.#startWaiter()) return Promise.resolve(this.#wakeUp(true))
    return new Promise((resolve) => {
      this.#wakeSleeper = resolve
      this.#timer = setTimeout(() => this.#settle(false), Math.min(ms, TIMER_MS_MAX))
    })
  }

  /** Announces the sleep and looks once more. Returns why not to sleep, or undefined. */
  #fallAsleep(hasWork: () => boolean): WakeReason | undefined {
    if (Atomics.exchange(this.#words, this.#word, ASLEEP) === RUNG) return this.#wakeUp(true)
    let found = true
    try {
      found = hasWork()
    } finally {
      // A ring that came meanwhile stays RUNG for the next sleep.
      if (found) Atomics.compareExchange(this.#words, this.#word, ASLEEP, AWAKE)
    }
    return found ? 'work' : undefined
  }

  #wakeUp(notified: boolean): WakeReason {
    return Atomics.exchange(this.#words, this.#word, AWAKE) === RUNG || notified ? 'rung' : 'timeout'
  }

  /**
   * Returns false when a peer has rung already. The waiter has no timeout of V8: each would leave a timer in Node's platform until it
   * expires, even after the wake-up. After a timeout of ours the waiter remains, and the next `ring()` of a sleeping owner resolves it.
   */
  #startWaiter(): boolean {
    if (this.#waiterPending) return true
    const waiter = Atomics.waitAsync(this.#words, this.#word, ASLEEP)
    if (!waiter.async) return false
    this.#waiterPending = true
    void waiter.value.then(() => {
      this.#waiterPending = false
      if (this.#wakeSleeper !== undefined) this.#settle(true)
    })
    return true
  }

  #settle(notified: boolean): void {
    const wakeSleeper = this.#wakeSleeper
    clearTimeout(this.#timer)
    this.#wakeSleeper = undefined
    wakeSleeper?.(this.#wakeUp(notified))
  }
}
