import type { Key } from '../core/key-hash.ts'
import { TIMERS_PER_STEP_MAX } from '../limits.ts'
import type { NewerKeys } from '../state/newer-keys.ts'
import type { CachedBackendOptions } from '../state/working/cached-backend.ts'
import { CachedTable } from '../state/working/cached-table.ts'
import { type PieceFormat, decodePieces, plainFormat } from '../state/working/pieces.ts'
import type { WorkingSnapshot, WorkingStore } from '../state/working/working-store.ts'
import { DueTimes } from './due-times.ts'

/** What an operator keeps in memory: for each key a row, and when it wants to be called for it. */
export interface RowsByKey {
  /** True when something is kept for a key. */
  has(key: Key): boolean
  /** The row of a key of which something is kept: plain data. */
  save(key: Key): unknown
  /**
   * Puts back what `save` gave.
   * @param dueMs what `dueMs` gave then; NaN where the row comes from a checkpoint
   */
  load(key: Key, row: unknown, dueMs: number): void
  /** Forgets what is kept for a key, and when it wants to be called. */
  drop(key: Key): void
  /** Bytes of memory that it roughly takes. */
  bytesOf(key: Key): number
  /** Event time in ms at which the operator wants to be called for the key, Infinity for never. */
  dueMs(key: Key): number
  /** The same by the clock. */
  clockDueMs(key: Key): number
}

/** Rows that can all be gone through. */
export interface AllRows extends RowsByKey {
  forEach(fn: (key: Key) => void): void
}

/** The rows of some keys are in memory, those of all in a working store. For keys that are not in memory it is known when they are due. */
export class CachedRows extends CachedTable {
  /** Of keys whose rows are not in memory: when each of them is due. */
  readonly event = new DueTimes(this.keys)
  readonly processing = new DueTimes(this.keys)
  readonly #rows: RowsByKey
  readonly #pieces: PieceFormat | null

  /** @param pieces of what the rows are; null for any plain data */
  constructor(rows: RowsByKey, pieces: PieceFormat | null, store: WorkingStore, options: CachedBackendOptions) {
    super(store, options)
    this.#rows = rows
    this.#pieces = pieces
  }

  override handOver(): WorkingSnapshot {
    const snapshot = super.handOver()
    return this.#pieces === null ? snapshot : { ...snapshot, kind: 'pieces', pieces: plainFormat(this.#pieces) }
  }

  override restore(bytes: Uint8Array, newer: NewerKeys | null = null): void {
    if (this.#pieces === null) return super.restore(bytes, newer)
    decodePieces(bytes, this.#pieces, newer, (key, row) => this.adopt(this.keys.slotOf(key), row))
    this.batchDone()
  }

  /** The row of a key was changed, or will be. @throws MillraceError MR_KEY_INVALID when the key is not in memory */
  changed(key: Key): void {
    this.cache.changed(this.cache.slotOf(key))
  }

  /** Fetches keys that are due up to a time, the first of them for certain. False when there are none. */
  fetchDue(times: DueTimes, until: number): boolean {
    const slots = times.dueSlots(until, TIMERS_PER_STEP_MAX)
    this.cache.fetch(slots)
    return slots.length > 0
  }

  has(slot: number): boolean {
    return this.#rows.has(this.keys.keyAt(slot))
  }

  save(slot: number): unknown {
    return this.#rows.save(this.keys.keyAt(slot))
  }

  load(slot: number, stored: unknown): void {
    this.processing.take(slot)
    this.#rows.load(this.keys.keyAt(slot), stored, this.event.take(slot))
  }

  drop(slot: number): void {
    const key = this.keys.keyAt(slot)
    if (!this.#rows.has(key)) return
    this.event.set(slot, this.#rows.dueMs(key))
    this.processing.set(slot, this.#rows.clockDueMs(key))
    this.#rows.drop(key)
  }

  bytesAt(slot: number): number {
    const key = this.keys.keyAt(slot)
    return this.#rows.has(key) ? this.#rows.bytesOf(key) : 0
  }
}
