import type { Actor } from '../actor/actor.ts'

/** How long what actors hold back waits for company while they have other things to do. */
export class Linger {
  readonly #lingerMs: number
  /** By actor. */
  readonly #flushedMs: Float64Array

  constructor(lingerMs: number, actors: number) {
    this.#lingerMs = lingerMs
    this.#flushedMs = new Float64Array(actors)
  }

  /** To be called after each step of an actor. */
  stepped(actor: Actor, nowMs: number): void {
    if (nowMs - this.#flushedMs[actor.id]! < this.#lingerMs) return
    this.#flushedMs[actor.id] = nowMs
    actor.flush()
  }
}
