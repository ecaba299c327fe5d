import type { OperatorInstance } from './actor-parts.ts'

/** The operators of an actor whose work may go on outside, in promises and streams: while one of them is not ready, the actor stands still. */
export class Waiters {
  readonly #operators: readonly OperatorInstance[]

  constructor(operators: readonly OperatorInstance[]) {
    this.#operators = operators.filter(({ actor }) => actor.ready !== undefined)
  }

  /** Asks every one of them: each may have to say that it failed. Throws that as an error that names the operator. */
  areReady(): boolean {
    let ready = true
    for (const { actor, blame } of this.#operators) {
      try {
        if (!actor.ready!()) ready = false
      } catch (error) {
        throw blame(error)
      }
    }
    return ready
  }
}
