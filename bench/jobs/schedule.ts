import type { OperatorActor, OperatorContext, PollResult, StateChunk } from '../../src/index.ts'

/** Wall clock, ms. */
export const nowMs = (): number => performance.timeOrigin + performance.now()

export interface ScheduleOptions {
  readonly rowsPerSecond: number
  /** When row 0 is due, as milliseconds of the wall clock. */
  readonly startMs: number
  readonly make: (n: number) => unknown
}

/** Row n is due n / rate after the start, whatever happens: what was due while nobody read is due at once. Its instance is n modulo their number. */
export class Schedule implements OperatorActor {
  protected next: number
  readonly #context: OperatorContext
  readonly #options: ScheduleOptions

  constructor(options: ScheduleOptions, context: OperatorContext) {
    this.#options = options
    this.#context = context
    this.next = context.index
  }

  poll(): PollResult {
    const { parallelism, batchRecords, clock, run, wakeAt } = this.#context
    const { rowsPerSecond, startMs, make } = this.#options
    const due = Math.floor(((nowMs() - startMs) * rowsPerSecond) / 1000)
    const rows: unknown[] = []
    for (; this.next < due && rows.length < batchRecords; this.next += parallelism) rows.push(make(this.next))
    if (rows.length > 0) run(rows, 0, rows.length, null)
    if (rows.length === batchRecords) return 'more'
    wakeAt(clock.monotonicMs() + 2)
    return 'pausing'
  }

  snapshot(): StateChunk[] {
    return [{ scope: 'split', id: this.#context.index, value: this.next }]
  }

  restore(chunks: readonly StateChunk[]): void {
    for (const { value } of chunks) this.next = value as number
  }
}
