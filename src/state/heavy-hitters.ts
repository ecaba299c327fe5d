import type { Key } from '../core/key-hash.ts'
import { HOT_KEYS_TRACKED, HOT_KEY_SAMPLES_REMEMBERED } from '../limits.ts'

/** A key with the share of the records that it has: what is true lies within `share - error` and `share + error` in 19 of 20 cases. */
export interface HotKey {
  readonly key: Key
  readonly share: number
  readonly error: number
}

interface Counter {
  weight: number
  /** By so much `weight` may be too large: what was counted in this place before the key came. */
  excess: number
}

/** Standard deviations of a share that is estimated from samples, for 19 of 20 cases. */
const DEVIATIONS = 1.96

/**
 * The most frequent of very many keys, from samples, in bounded memory: the Space-Saving algorithm (A. Metwally, D. Agrawal, A. El Abbadi: Efficient Computation of Frequent and
 * Top-k Elements in Data Streams, ICDT 2005). With m counters each key that has more than an m-th of all weight is among them, and none is overestimated by more than that.
 * What was long ago fades: all counts are halved now and then.
 */
export class HeavyHitters {
  readonly #counters = new Map<Key, Counter>()
  #samples = 0
  #total = 0

  get samples(): number {
    return this.#samples
  }

  /** @param weight records that the sample stands for */
  add(key: Key, weight: number): void {
    const counter = this.#counters.get(key)
    if (counter !== undefined) counter.weight += weight
    else if (this.#counters.size < HOT_KEYS_TRACKED) this.#counters.set(key, { weight, excess: 0 })
    else this.#replace(key, weight)
    this.#total += weight
    if (++this.#samples >= HOT_KEY_SAMPLES_REMEMBERED) this.#fade()
  }

  /** The most frequent first. */
  keys(): HotKey[] {
    const found = [...this.#counters].map(([key, { weight, excess }]) => {
      const share = weight / this.#total
      return { key, share, error: Math.min(1, excess / this.#total + DEVIATIONS * Math.sqrt((share * (1 - share)) / this.#samples)) }
    })
    return found.sort((a, b) => b.share - a.share)
  }

  /** The rarest gives up its place. */
  #replace(key: Key, weight: number): void {
    let rarest: Key | undefined
    let least = Infinity
    for (const [other, counter] of this.#counters) if (counter.weight < least) [rarest, least] = [other, counter.weight]
    this.#counters.delete(rarest!)
    this.#counters.set(key, { weight: least + weight, excess: least })
  }

  #fade(): void {
    for (const counter of this.#counters.values()) {
      counter.weight /= 2
      counter.excess /= 2
    }
    this.#total /= 2
    this.#samples /= 2
  }
}
