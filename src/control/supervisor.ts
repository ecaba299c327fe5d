import type { FailureData } from '../core/failure.ts'
import { type ChildSpecOptions, childSpec } from '../supervision/child-spec.ts'
import { type Decision, type SupervisionState, decide, restartPlanned, superviseRegions } from '../supervision/decide.ts'
import { timeMs } from './appointment.ts'
import type { MasterHost } from './master-host.ts'

/** Keeps what the decisions about a run's failures depend on. */
export class Supervisor {
  readonly #host: Pick<MasterHost, 'clock' | 'random'>
  #state: SupervisionState

  constructor(host: Pick<MasterHost, 'clock' | 'random'>, restart: ChildSpecOptions) {
    this.#host = host
    this.#state = superviseRegions(childSpec({ strategy: 'escalate' }), { job: childSpec(restart) })
  }

  decide(failure: FailureData): Decision {
    const { state, decision } = decide(this.#state, failure, timeMs(this.#host), this.#host.random())
    this.#state = state
    return decision
  }

  /** Number of an attempt that begins though nothing has failed. */
  nextAttempt(): number {
    const { state, attempt } = restartPlanned(this.#state)
    this.#state = state
    return attempt
  }
}
