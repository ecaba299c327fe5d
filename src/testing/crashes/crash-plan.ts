import { MillraceError } from '../../errors.ts'

/** A crash at a step of an operator: at the so-many-th call of it, before it has done anything, or behind all that it did. */
export interface Crash {
  readonly step: string
  readonly when: 'before' | 'after'
  readonly call: number
  /** 'throws': the job restarts in its process. 'killed': the process is gone, and the next one has another number of workers. */
  readonly how: 'throws' | 'killed'
}

/** Counts the calls of an operator, and lets it crash as it is planned: one crash after the other. */
export class CrashPlan {
  readonly #planned: Crash[]
  /** Since the last crash. */
  #calls = new Map<string, number>()
  #death: MillraceError | null = null
  /** By step, calls of the whole run. */
  readonly seen = new Map<string, number>()
  /** What has happened, in words. */
  readonly happened: string[] = []
  /** To be closed when the run was looked at: the end of a process closes nothing. */
  readonly abandoned: (() => unknown)[] = []

  constructor(planned: readonly Crash[]) {
    this.#planned = [...planned]
  }

  get isDead(): boolean {
    return this.#death !== null
  }

  /** The next process. */
  revive(): void {
    this.#death = null
  }

  async closeAbandoned(): Promise<void> {
    for (const close of this.abandoned.splice(0)) {
      try {
        await close()
      } catch {
        // The run was looked at.
      }
    }
  }

  /** Carries out a call of a step; a promise is part of it. */
  call<R>(step: string, instance: number, work: () => R): R {
    if (this.#death !== null) throw this.#death
    this.seen.set(step, (this.seen.get(step) ?? 0) + 1)
    const call = (this.#calls.get(step) ?? 0) + 1
    this.#calls.set(step, call)
    this.#crash(step, 'before', call, instance)
    const result = work()
    if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') {
      return (result as unknown as Promise<unknown>).then((value) => {
        if (this.#death !== null) throw this.#death
        this.#crash(step, 'after', call, instance)
        return value
      }) as R
    }
    this.#crash(step, 'after', call, instance)
    return result
  }

  #crash(step: string, when: Crash['when'], call: number, instance: number): void {
    const next = this.#planned[0]
    if (next === undefined || next.step !== step || next.when !== when || next.call > call) return
    this.#planned.shift()
    this.#calls = new Map()
    const text = `${next.how === 'killed' ? 'killed' : 'threw'} ${when} ${step}() of instance ${instance}, call ${call}`
    this.happened.push(text)
    if (next.how === 'throws') throw new Error(`planned: ${text}`)
    // Of a kind that no restart follows: the run is over with it, as the process would be.
    this.#death = new MillraceError('MR_OPTION_INVALID', `planned: ${text}`)
    throw this.#death
  }
}
