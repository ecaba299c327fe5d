import type { Clock } from '../../core/clock.ts'
import type { Prng } from '../../core/prng.ts'

/** 2020-01-01 UTC: where virtual time begins, so that equal seeds see equal dates. */
const EPOCH_MS = 1_577_836_800_000
/** Longest time that passes between two readings. */
const READING_MS_MAX = 0.1

/**
 * Time that passes only here: a seeded moment with every reading, so that whoever works until a time is over comes to an end, and in leaps
 * when nobody has anything to do.
 */
export class VirtualClock implements Clock {
  readonly #chance: Prng
  #elapsedMs = 0
  #offsetMs = 0

  constructor(chance: Prng) {
    this.#chance = chance
  }

  /** Virtual milliseconds since the run began. Looking at it costs no time. */
  get elapsedMs(): number {
    return this.#elapsedMs
  }

  nowMs(): number {
    return EPOCH_MS + this.#offsetMs + Math.floor(this.#pass())
  }

  monotonicMs(): number {
    return this.#pass()
  }

  /** Somebody sets the wall clock, forwards or backwards. */
  jump(byMs: number): void {
    this.#offsetMs += byMs
  }

  /** Never goes back. */
  advanceTo(atMs: number): void {
    if (atMs > this.#elapsedMs) this.#elapsedMs = atMs
  }

  #pass(): number {
    return (this.#elapsedMs += this.#chance.nextFloat() * READING_MS_MAX)
  }
}
