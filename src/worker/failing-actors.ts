import type { Actor } from '../actor/actor.ts'
import type { Plan } from '../graph/plan.ts'
import type { Wiring } from './wire-worker.ts'
import type { RestoredState } from './worker-host.ts'

/** Actors of a worker that have failed and may restart alone: they stand still until somebody has decided about them. */
export class FailingActors {
  readonly #plan: Plan
  readonly #wiring: Wiring
  readonly #isBack: (actor: number) => void
  readonly #failing = new Set<number>()
  readonly #opening = new Set<Promise<void>>()
  #stopped = false

  /** @param isBack one of them is there again, and has something to do */
  constructor(plan: Plan, wiring: Wiring, isBack: (actor: number) => void) {
    this.#plan = plan
    this.#wiring = wiring
    this.#isBack = isBack
  }

  has(actor: number): boolean {
    return this.#failing.has(actor)
  }

  setAside(actor: Actor): void {
    actor.fail()
    this.#failing.add(actor.id)
  }

  /**
   * Makes one anew out of a checkpoint; what it was given since it gets again while all others go on.
   *
   * @param checkpoint its id, or 0 for none
   */
  async restart(id: number, checkpoint: number, restored: RestoredState | null): Promise<void> {
    if (this.#stopped || !this.#failing.has(id)) return
    const restarted = this.#restart(this.#wiring.actors.get(id)!, checkpoint, restored)
    this.#opening.add(restarted)
    try {
      await restarted
    } finally {
      this.#opening.delete(restarted)
    }
  }

  async #restart(failed: Actor, checkpoint: number, restored: RestoredState | null): Promise<void> {
    const { id } = failed
    const { index } = this.#plan.actors[id]!
    await failed.close()
    const actor = this.#wiring.rebuild(id)
    try {
      await actor.reopen((operator) => restored?.(operator, index) ?? [], checkpoint)
    } catch (error) {
      await actor.close()
      throw error
    }
    if (this.#stopped) return actor.close()
    actor.replace(failed)
    this.#wiring.actors.set(id, actor)
    this.#failing.delete(id)
    this.#isBack(id)
  }

  /** The attempt is over. Those that are being opened are closed. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.allSettled(this.#opening)
  }
}
