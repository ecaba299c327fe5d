import { Outboxes } from '../channel/outboxes.ts'
import type { Actor } from '../actor/actor.ts'
import { ActorLog, type LoneVerdict, RetainedBytes } from '../actor/actor-log.ts'
import type { Outbox } from '../channel/outbox.ts'
import type { Plan } from '../graph/plan.ts'
import { once } from './actor-environment.ts'
import { type Exactness, exactnessOf } from './exact-replay.ts'
import type { WiringRequest } from './wire-worker.ts'

/** What the worker of an actor that has failed has to say of restarting it alone. */
export interface LoneOffer extends LoneVerdict {
  readonly actor: number
}

/** Keeps what the actors of a worker were given, where they may restart alone: one log an actor, for all of its incarnations. */
export class LoneActors {
  readonly #retained: RetainedBytes
  readonly #exactness: (task: number) => Exactness
  readonly #isOn: boolean
  readonly #plan: Plan
  readonly #logs = new Map<number, ActorLog>()

  constructor({ plan, registry, options, deployment, host }: WiringRequest) {
    this.#plan = plan
    this.#isOn = options.retainedBytes > 0
    this.#retained = new RetainedBytes(options.retainedBytes, () => host.events.checkpointWanted(deployment.attempt))
    this.#exactness = once((task) => exactnessOf(plan, plan.tasks[task]!, registry, options))
  }

  exactnessOf(actor: number): Exactness {
    return this.#exactness(this.#plan.actors[actor]!.task)
  }

  /** Null where the actor cannot restart alone. */
  logOf(actor: number, outboxes: Iterable<Outbox>): ActorLog | null {
    if (!this.#isOn || this.exactnessOf(actor).because !== null) return null
    const known = this.#logs.get(actor)
    if (known !== undefined) return known
    const log = new ActorLog(this.#retained, new Outboxes([...outboxes]), this.exactnessOf(actor).inOrder)
    this.#logs.set(actor, log)
    return log
  }

  /** Null where that was not asked for. */
  offerOf(actor: Actor): LoneOffer | null {
    if (!this.#isOn) return null
    const { because, again } = actor.verdict()
    return { actor: actor.id, because: this.exactnessOf(actor.id).because ?? because, again }
  }
}
