import type { Key } from '../core/key-hash.ts'
import { TIMERS_PER_STEP_MAX } from '../limits.ts'
import type { CachedBackendOptions } from '../state/working/cached-backend.ts'
import { CachedTable } from '../state/working/cached-table.ts'
import type { WorkingStore } from '../state/working/working-store.ts'
import { Timers } from './timers.ts'

/** What an operator keeps in memory: for each key a row, and when it wants to be called for it. */
export interface RowsByKey {
  /** True when something is kept for a key. */
  has(key: Key): boolean
  /** The row of a key of which something is kept: plain data. */
  save(key: Key): unknown
  /** Puts back what `save` gave. */
  load(key: Key, row: unknown): void
  /** Forgets what is kept for a key, and when it wants to be called. */
  drop(key: Key): void
  /** Bytes of memory that it roughly takes. */
  bytesOf(key: Key): number
  /** Event time in ms at which the operator wants to be called for the key, Infinity for never. It follows from the row. */
  dueMs(key: Key): number
  /** The same by the clock. */
  clockDueMs(key: Key): number
  forEach(fn: (key: Key) => void): void
}

/** The rows of some keys are in memory, those of all in a working store. For keys that are not in memory it is known when they are due. */
export class CachedRows extends CachedTable {
  /** Of keys whose rows are not in memory: when each of them is due. */
  readonly event = new Timers(this.keys)
  readonly processing = new Timers(this.keys)
  readonly #rows: RowsByKey

  constructor(rows: RowsByKey, store: WorkingStore, options: CachedBackendOptions) {
    super(store, options)
    this.#rows = rows
  }

  /** The row of a key was changed, or will be. @throws MillraceError MR_KEY_INVALID when the key is not in memory */
  changed(key: Key): void {
    this.cache.changed(this.cache.slotOf(key))
  }

  /** Fetches keys that are due up to a time, the first of them for certain. False when there are none. */
  fetchDue(timers: Timers, until: number): boolean {
    if (timers.size === 0 || timers.firstMs > until) {
      this.cache.unpin()
      return false
    }
    this.cache.fetch(timers.dueSlots(until, TIMERS_PER_STEP_MAX))
    return true
  }

  has(slot: number): boolean {
    return this.#rows.has(this.keys.keyAt(slot))
  }

  save(slot: number): unknown {
    return this.#rows.save(this.keys.keyAt(slot))
  }

  load(slot: number, stored: unknown): void {
    const key = this.keys.keyAt(slot)
    this.#rows.load(key, stored)
    this.event.delete(slot, this.#rows.dueMs(key))
    this.processing.delete(slot, this.#rows.clockDueMs(key))
  }

  drop(slot: number): void {
    const key = this.keys.keyAt(slot)
    if (!this.#rows.has(key)) return
    const dueMs = this.#rows.dueMs(key)
    const clockDueMs = this.#rows.clockDueMs(key)
    if (dueMs < Infinity) this.event.set(slot, dueMs)
    if (clockDueMs < Infinity) this.processing.set(slot, clockDueMs)
    this.#rows.drop(key)
  }

  bytesAt(slot: number): number {
    const key = this.keys.keyAt(slot)
    return this.#rows.has(key) ? this.#rows.bytesOf(key) : 0
  }
}
