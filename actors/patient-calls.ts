import { wallMsAt } from '../src/actor/clock.ts'
import type { OperatorContext } from '../src/actor/contract.ts'
import { MillraceError } from '../src/errors.ts'

/** How long a call may take, and how often one that fails is made. */
export interface CallPolicy {
  readonly timeoutMs: number
  readonly retry: { readonly attempts: number; readonly minMs: number; readonly maxMs: number }
}

/** What a function of the user gets besides its argument. */
export interface CallMoment {
  readonly signal: AbortSignal
  /** 1 for the first call, more for retries. */
  readonly attempt: number
}

export type Outcome = { readonly result: unknown } | { readonly thrown: unknown }

interface Call {
  readonly make: (moment: CallMoment) => unknown
  readonly settled: (outcome: Outcome) => void
  /** Attempts that have begun. */
  attempts: number
  /** When it has taken too long, or, between two attempts, when the next one begins: whoever sets the wall clock changes neither. */
  dueMs: number
  abort: AbortController | null
}

/** Calls of functions that return promises. One that takes too long, or fails, is made again after a pause, by the clock of the actor. */
export class PatientCalls {
  readonly #policy: CallPolicy
  readonly #context: Pick<OperatorContext, 'clock' | 'wake'>
  readonly #calls = new Set<Call>()
  #closed = false
  /** Promises under way. */
  open = 0
  #dueMs = Infinity

  constructor(policy: CallPolicy, context: Pick<OperatorContext, 'clock' | 'wake'>) {
    this.#policy = policy
    this.#context = context
  }

  /** For the property of the same name of the operator; `onTime` is to be called then. */
  get wakeAtMs(): number {
    return wallMsAt(this.#context.clock, this.#dueMs)
  }

  /** Calls that have begun, and have not settled. */
  get size(): number {
    return this.#calls.size
  }

  /** @param settled is called once, and the actor woken then; never after `close` */
  begin(make: Call['make'], settled: Call['settled']): void {
    const call: Call = { make, settled, attempts: 0, dueMs: Infinity, abort: null }
    this.#calls.add(call)
    this.#attempt(call)
  }

  onTime(): void {
    const nowMs = this.#context.clock.monotonicMs()
    for (const call of this.#calls) {
      if (call.dueMs > nowMs) continue
      if (call.abort === null) this.#attempt(call)
      else this.#failed(call, call.attempts, this.#timeout())
    }
    this.#dueMs = Infinity
    for (const { dueMs } of this.#calls) this.#dueMs = Math.min(this.#dueMs, dueMs)
  }

  close(): void {
    this.#closed = true
    for (const { abort } of this.#calls) abort?.abort(new MillraceError('MR_ABORTED', 'The attempt that made this call is over'))
  }

  #attempt(call: Call): void {
    const attempt = ++call.attempts
    this.open++
    const abort = new AbortController()
    call.abort = abort
    this.#setDue(call, this.#policy.timeoutMs)
    const failed = (error: unknown): void => this.#failed(call, attempt, error)
    try {
      Promise.resolve(call.make({ signal: abort.signal, attempt })).then((result) => this.#done(call, attempt, result), failed)
    } catch (error) {
      failed(error)
    }
  }

  /** What an attempt says that was given up, or belongs to an earlier life of the job, counts for nothing. */
  #isCurrent(call: Call, attempt: number): boolean {
    return !this.#closed && this.#calls.has(call) && call.attempts === attempt && call.abort !== null
  }

  #done(call: Call, attempt: number, result: unknown): void {
    if (!this.#isCurrent(call, attempt)) return
    this.open--
    this.#settle(call, { result })
  }

  #failed(call: Call, attempt: number, thrown: unknown): void {
    if (!this.#isCurrent(call, attempt)) return
    this.open--
    call.abort!.abort(thrown)
    const { attempts, minMs, maxMs } = this.#policy.retry
    if (attempt >= attempts) return this.#settle(call, { thrown })
    call.abort = null
    this.#setDue(call, Math.min(maxMs, minMs * 2 ** (attempt - 1)))
    this.#context.wake()
  }

  #settle(call: Call, outcome: Outcome): void {
    this.#calls.delete(call)
    call.settled(outcome)
    this.#context.wake()
  }

  #setDue(call: Call, inMs: number): void {
    call.dueMs = this.#context.clock.monotonicMs() + inMs
    this.#dueMs = Math.min(this.#dueMs, call.dueMs)
  }

  #timeout(): MillraceError {
    return new MillraceError('MR_ASYNC_TIMEOUT', `A call took longer than timeoutMs=${this.#policy.timeoutMs}`)
  }
}
