import type { FailureData } from '../core/failure.ts'
import { type ChildSpecOptions, childSpec } from '../supervision/child-spec.ts'
import { type SupervisionState, decide, restartPlanned, superviseRegions } from '../supervision/decide.ts'
import type { LoneOffer } from '../worker/lone-actors.ts'
import { timeMs } from './appointment.ts'
import { LoneRestarts, type LoneView } from './lone-restarts.ts'
import type { MasterHost } from './master-host.ts'

/** The run whose failures are decided about. */
export interface SupervisedRun extends LoneView {
  fail(reason: FailureData): void
}

/** Keeps what the decisions about a run's failures depend on. */
export class Supervisor {
  readonly #host: MasterHost
  readonly #run: SupervisedRun
  readonly #lone: LoneRestarts
  #state: SupervisionState
  /** Attempts that began though nothing had failed. */
  #planned = 0

  constructor(host: MasterHost, restart: ChildSpecOptions, run: SupervisedRun) {
    this.#host = host
    this.#run = run
    this.#lone = new LoneRestarts(host, run)
    this.#state = superviseRegions(childSpec({ strategy: 'escalate' }), { job: childSpec(restart) })
  }

  /** Actors that were restarted alone since the run began. */
  get actorRestarts(): number {
    return this.#lone.count
  }

  /** Attempts of this number and before it that were begun since something had failed. */
  restartsUpTo(attempt: number): number {
    return Math.max(0, attempt - 1 - this.#planned)
  }

  /** Does what is to be done about a failure; with the attempt that is to follow after a pause when all restart, else null. */
  handle(failure: FailureData, offer: LoneOffer | null): { readonly attempt: number; readonly delayMs: number } | null {
    const { restarts, because } = this.#lone.scopeOf(failure, offer)
    const { state, decision } = decide(this.#state, failure, timeMs(this.#host), this.#host.random(), restarts === 'actor')
    this.#state = state
    if (decision.kind === 'fail-job') this.#run.fail(decision.reason)
    if (decision.kind === 'restart-actor') void this.#lone.restart(offer!, failure, decision.delayMs)
    if (decision.kind !== 'restart-region') return null
    this.#host.app.restarting(failure, decision.attempt, decision.delayMs, because)
    return decision
  }

  /** Number of an attempt that begins though nothing has failed. */
  nextAttempt(): number {
    const { state, attempt } = restartPlanned(this.#state)
    this.#state = state
    this.#planned++
    return attempt
  }
}
