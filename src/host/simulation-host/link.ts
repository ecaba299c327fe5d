import type { Simulation } from './simulation.ts'

/** The way from one thread to another for messages: they take their time, and keep their order. Cloned like those between real threads. */
export class Link {
  readonly #simulation: Simulation
  readonly #name: string
  #lastMs = 0

  constructor(simulation: Simulation, name: string) {
    this.#simulation = simulation
    this.#name = name
  }

  send<M>(what: string, message: M, receive: (message: M) => void): void {
    const copy = structuredClone(message)
    const now = this.#simulation.clock.elapsedMs
    this.#lastMs = Math.max(this.#lastMs, now + this.#simulation.delayMs())
    this.#simulation.after(this.#lastMs - now, `${this.#name} ${what}`, () => receive(copy))
  }
}
