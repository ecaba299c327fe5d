import type { Manifest } from '../checkpoint/manifest.ts'
import { type FailureData, describeError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'
import { type Scope, decideScope } from '../supervision/scope.ts'
import type { LoneOffer } from '../worker/lone-actors.ts'
import type { Layouts } from './layouts.ts'
import type { MasterHost, RunState } from './master-host.ts'

/** The run, as far as an actor that restarts alone depends on it. */
export interface LoneView {
  readonly state: RunState
  readonly attempt: number
  readonly latest: Manifest | null
  readonly layouts: Pick<Layouts, 'plan' | 'isChanging'>
  failed(failure: FailureData, offer: LoneOffer | null): void
  /** Gives up the checkpoint in flight, or waits until the one that is being committed is there. */
  withoutCheckpoint(): Promise<void>
}

/** Restarts single actors of an attempt that goes on. */
export class LoneRestarts {
  readonly #host: MasterHost
  readonly #run: LoneView
  /** By actor, how often it was restarted at the same place. */
  readonly #inRow = new Map<number, number>()
  /** Since the run began. */
  count = 0

  constructor(host: MasterHost, run: LoneView) {
    this.#host = host
    this.#run = run
  }

  scopeOf(failure: FailureData, offer: LoneOffer | null): Scope {
    const isRunning = this.#run.state === 'running' && failure.attempt === this.#run.attempt
    const inRow = offer?.again === true ? (this.#inRow.get(offer.actor) ?? 0) : 0
    return decideScope({ offer, isRunning, isChanging: this.#run.layouts.isChanging, inRow })
  }

  async restart({ actor, again }: LoneOffer, failure: FailureData, delayMs: number): Promise<void> {
    const { attempt } = this.#run
    this.count++
    this.#inRow.set(actor, 1 + (again ? (this.#inRow.get(actor) ?? 0) : 0))
    this.#host.app.actorRestarting(failure, delayMs)
    const paused = new Promise<void>((resolve) => void this.#host.setTimer(resolve, delayMs))
    // Its snapshot is lost, and with it the checkpoint in flight; one that is being committed has it.
    await this.#run.withoutCheckpoint()
    await paused
    // Another restart has come in between.
    if (this.#run.attempt !== attempt || this.#run.state === 'ended') return
    const { thread } = this.#run.layouts.plan.actors[actor]!
    const worker = this.#host.workers().find(({ index }) => index === thread)
    try {
      await worker?.restartActor(actor, this.#run.latest)
    } catch (error) {
      // A worker that was lost is told of by others.
      if (this.#run.attempt !== attempt || (error instanceof MillraceError && error.code === 'MR_WORKER_LOST')) return
      const where = failure.actor === undefined ? {} : { actor: failure.actor }
      this.#run.failed(describeError(error, { attempt, ...where }), { actor, because: 'it could not be opened again', again: true })
    }
  }
}
