import type { Key } from '../core/key-hash.ts'
import { REMOVED_KEYS_MAX } from '../limits.ts'

/** A key that is gone, and when it went. */
export interface RemovedKey {
  readonly key: Key
  readonly stamp: number
}

/** Keys of a table that are gone and may be in some checkpoint: a delta has to say so. Times are those of {@link ChangeStamps}. */
export class RemovedKeys {
  /** By slot: when its key came. */
  #born = new Uint32Array(16)
  /** Ascending by stamp. */
  #gone: RemovedKey[] = []

  /** A slot has a new key. */
  came(slot: number, stamp: number): void {
    if (slot >= this.#born.length) {
      const born = new Uint32Array(Math.max(2 * this.#born.length, slot + 1))
      born.set(this.#born)
      this.#born = born
    }
    this.#born[slot] = stamp
  }

  bornAt(slot: number): number {
    return this.#born[slot]!
  }

  /** A key goes. False when there are too many to remember: none is remembered then. */
  went(key: Key, now: number): boolean {
    if (this.#gone.length >= REMOVED_KEYS_MAX) {
      this.#gone = []
      return false
    }
    this.#gone.push({ key, stamp: now })
    return true
  }

  /** Those that went after a time. */
  after(stamp: number): readonly RemovedKey[] {
    return this.#gone.filter((removed) => removed.stamp > stamp)
  }

  /** What went up to a time is in a checkpoint on disk. */
  settle(stamp: number): void {
    this.#gone = this.after(stamp) as RemovedKey[]
  }
}
