import { EXPIRED_VALUES_PER_BATCH_MAX } from '../limits.ts'
import { ExpiryQueue } from './expiry-queue.ts'
import type { CellSpec, StateCell } from './keyed-backend.ts'

/** Which values of a cell end when, of a state with a time to live; of others none ever does. */
export class CellExpiry<V> {
  readonly #cell: Pick<StateCell<V>, 'get' | 'touched' | 'clear'>
  readonly #spec: CellSpec<V>
  /** Null where values do not expire. */
  readonly #queue: ExpiryQueue | null

  constructor(cell: Pick<StateCell<V>, 'get' | 'touched' | 'clear'>, spec: CellSpec<V>) {
    this.#cell = cell
    this.#spec = spec
    this.#queue = spec.ttlMs < Infinity ? new ExpiryQueue(spec.ttlMs) : null
  }

  /** See {@link StateCell.expireAt}. */
  expireAt(slot: number, atMs: number): void {
    this.#queue!.add(slot, atMs)
  }

  /** Takes out of a bounded number of values what has expired. */
  purgeDue(nowMs: number): void {
    this.#queue!.takeDue(nowMs, EXPIRED_VALUES_PER_BATCH_MAX, (slot) => {
      if (this.#cell.get(slot) !== undefined) this.#cell.touched(slot)
      this.purge(slot, nowMs)
    })
  }

  /** Takes out of the value of a slot what has expired. False when the slot has none, or none any more. */
  purge(slot: number, nowMs: number): boolean {
    const value = this.#cell.get(slot)
    if (value === undefined) return false
    if (this.#queue === null) return true
    const expiresAtMs = this.#spec.purge(value, nowMs)
    if (expiresAtMs === -Infinity) this.#cell.clear(slot)
    else if (expiresAtMs < Infinity) this.#queue.add(slot, expiresAtMs)
    return expiresAtMs > -Infinity
  }
}
