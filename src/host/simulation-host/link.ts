import type { Prng } from '../../core/prng.ts'
import type { Simulation } from './simulation.ts'

/** The way from one thread to another for messages: they take their time, and keep their order. Cloned like those between real threads. */
export class Link {
  readonly #simulation: Simulation
  readonly #name: string
  #lastMs = 0
  #closed = false
  /** How to cancel what is under way, in its order. */
  readonly #underWay = new Set<() => void>()

  constructor(simulation: Simulation, name: string) {
    this.#simulation = simulation
    this.#name = name
  }

  send<M>(what: string, message: M, receive: (message: M) => void): void {
    if (this.#closed) return
    const copy = structuredClone(message)
    this.#lastMs = Math.max(this.#lastMs, this.#simulation.clock.elapsedMs + this.#simulation.delayMs())
    // Not after a delay, which is rounded: the second of two messages could come before the first.
    const cancel = this.#simulation.at(this.#lastMs, `${this.#name} ${what}`, () => {
      this.#underWay.delete(cancel)
      receive(copy)
    })
    this.#underWay.add(cancel)
  }

  /** The thread at one end is gone: of what is under way, what was sent first still arrives, as far as chance has it. */
  cut(chance: Prng): void {
    this.#closed = true
    let left = chance.nextInt(this.#underWay.size + 1)
    for (const cancel of this.#underWay) if (left-- <= 0) cancel()
    this.#underWay.clear()
  }
}
