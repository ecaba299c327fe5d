import {
  type OperatorActor,
  type OperatorContext,
  type OperatorDefinition,
  type PollResult,
  type StateChunk,
  defineJob,
  sink,
} from '../../src/index.ts'

export interface CrashingConfig {
  readonly rowsPerSecond: number
  readonly keys: number
  /** When row 0 is due, as milliseconds of the wall clock. What is due before a crash is due at once after it. */
  readonly startMs: number
  readonly board: SharedArrayBuffer
}

/** Bytes of the board: {@link Board}. */
export function boardBytes(keys: number, seconds: number): number {
  return 64 + 4 * keys + 4 * 1000 * seconds
}

/** What all threads of the job see. */
export class Board {
  /** 0: nothing. 1: throw at the next record. 2: thrown. 3: there was a new result. Beside it the attempt after the crash. */
  readonly order: Int32Array
  /** When it was thrown, when the first new result came, and when the attempt after the crash began to read, in ms of the wall clock; rows read then and now. */
  readonly times: Float64Array
  /** Results of each key. */
  readonly counts: Int32Array
  /** New results by millisecond since the start. */
  readonly byMs: Int32Array

  constructor(memory: SharedArrayBuffer, keys: number) {
    this.order = new Int32Array(memory, 0, 2)
    this.times = new Float64Array(memory, 8, 5)
    this.counts = new Int32Array(memory, 64, keys)
    this.byMs = new Int32Array(memory, 64 + 4 * keys)
  }
}

const nowMs = (): number => performance.timeOrigin + performance.now()

interface Row {
  readonly key: number
  readonly n: number
}

/** Row n is due n / rate after the start, whatever happens; its instance is n modulo their number. */
class Schedule implements OperatorActor {
  readonly #context: OperatorContext
  readonly #config: CrashingConfig
  readonly #board: Board
  #next: number
  #begun = false

  constructor(config: CrashingConfig, context: OperatorContext) {
    this.#board = new Board(config.board, config.keys)
    this.#config = config
    this.#context = context
    this.#next = context.index
  }

  poll(): PollResult {
    const { parallelism, batchRecords, clock, run, wakeAt } = this.#context
    const { keys, rowsPerSecond, startMs } = this.#config
    const due = Math.floor(((nowMs() - startMs) * rowsPerSecond) / 1000)
    if (!this.#begun) {
      this.#begun = true
      this.#board.times[2] = nowMs()
      this.#board.times[3] = this.#next
    }
    const rows: Row[] = []
    for (; this.#next < due && rows.length < batchRecords; this.#next += parallelism)
      rows.push({ key: (this.#next * 7919) % keys, n: this.#next })
    if (rows.length > 0) run(rows, 0, rows.length, null)
    this.#board.times[4] = this.#next
    if (rows.length === batchRecords) return 'more'
    wakeAt(clock.monotonicMs() + 2)
    return 'pausing'
  }

  snapshot(): StateChunk[] {
    return [{ scope: 'split', id: this.#context.index, value: this.#next }]
  }

  restore(chunks: readonly StateChunk[]): void {
    for (const { value } of chunks) this.#next = value as number
  }
}

/** Takes down what is new. A result of the attempt that crashed, on another worker, is none of the attempt after it. */
function watching(board: Board, startMs: number, attempt: number): OperatorActor {
  if (board.order[0] === 2) Atomics.store(board.order, 1, attempt)
  return {
    process: (record) => {
      const { key, count } = record as { readonly key: number; readonly count: number }
      if (count <= board.counts[key]!) return
      board.counts[key] = count
      const ms = nowMs()
      if (board.order[0] === 2 && board.order[1] === attempt && Atomics.compareExchange(board.order, 0, 2, 3) === 2) board.times[1] = ms
      const at = Math.floor(ms - startMs)
      if (at < board.byMs.length) Atomics.add(board.byMs, at, 1)
    },
  }
}

/** Counts by key, every step; throws when it is told to. */
export default defineJob<CrashingConfig, Record<never, never>>(import.meta, {
  build: ({ source, config }) => {
    const board = new Board(config.board, config.keys)
    const schedule: OperatorDefinition = { kind: 'schedule', create: (_spec, context) => new Schedule(config, context) }
    const watcher: OperatorDefinition = { kind: 'watcher', create: (_spec, { attempt }) => watching(board, config.startMs, attempt) }
    source
      .from<Row>('schedule', schedule, {}, { guarantee: 'exactly-once' })
      .map((row) => {
        if (board.order[0] === 1 && Atomics.compareExchange(board.order, 0, 1, 2) === 1) {
          board.times[0] = nowMs()
          throw new Error('planned')
        }
        return row
      })
      .keyBy('key')
      .count()
      .toStream({ emit: 'every' })
      .transform(watcher)
      .to(sink.forEach(() => {}))
    return {}
  },
})
