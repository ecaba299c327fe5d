import { PACE_CATCH_UP_MS_MAX, PACE_SLICE_MS } from '../src/limits.ts'
import type { Clock } from '../src/actor/operator-kit.ts'

/**
 * A schedule of rows at an even rate: row k is due k / rate after the first. Counted from one instant, so that nothing adds up but what is lost when
 * rows are late by more than PACE_CATCH_UP_MS_MAX: then the schedule moves.
 */
export class Pace {
  readonly #clock: Clock
  readonly #rowsPerMs: number
  readonly #sliceRows: number
  /** Rows that may be late. */
  readonly #lateRowsMax: number
  #startMs: number | null = null
  readonly #offsetMs: number
  #sent = 0

  /** @param offsetMs wait before the first row, so that instances of one source take turns */
  constructor(clock: Clock, rowsPerSecond: number, offsetMs: number) {
    this.#clock = clock
    this.#rowsPerMs = rowsPerSecond / 1000
    this.#sliceRows = Math.max(1, Math.floor(this.#rowsPerMs * PACE_SLICE_MS))
    this.#lateRowsMax = Math.max(1, this.#rowsPerMs * PACE_CATCH_UP_MS_MAX)
    this.#offsetMs = offsetMs
  }

  /** Rows that may be sent now. */
  due(): number {
    const nowMs = this.#clock.monotonicMs()
    this.#startMs ??= nowMs + this.#offsetMs
    const late = (nowMs - this.#startMs) * this.#rowsPerMs - this.#sent
    if (late <= this.#lateRowsMax) return Math.max(0, Math.floor(late) + 1)
    this.#startMs += (late - this.#lateRowsMax) / this.#rowsPerMs
    return Math.floor(this.#lateRowsMax) + 1
  }

  sent(rows: number): void {
    this.#sent += rows
  }

  /** When the next slice is due, as `monotonicMs`. */
  get nextMs(): number {
    return this.#startMs! + (this.#sent + this.#sliceRows - 1) / this.#rowsPerMs
  }
}
