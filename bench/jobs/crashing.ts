import { type OperatorActor, type OperatorContext, type OperatorDefinition, type PollResult, defineJob, sink } from '../../src/index.ts'
import { Schedule, nowMs } from './schedule.ts'

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

interface Row {
  readonly key: number
  readonly n: number
}

/** Tells the board when an attempt begins to read, and how far it has come. */
class WatchedSchedule extends Schedule {
  readonly #board: Board
  #begun = false

  constructor({ board, keys, ...due }: CrashingConfig, context: OperatorContext) {
    super({ ...due, make: (n) => ({ key: (n * 7919) % keys, n }) satisfies Row }, context)
    this.#board = new Board(board, keys)
  }

  override poll(): PollResult {
    if (!this.#begun) {
      this.#begun = true
      this.#board.times[2] = nowMs()
      this.#board.times[3] = this.next
    }
    const result = super.poll()
    this.#board.times[4] = this.next
    return result
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
    const schedule: OperatorDefinition = { kind: 'schedule', create: (_spec, context) => new WatchedSchedule(config, context) }
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
