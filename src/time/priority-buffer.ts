import { PRIORITY_CYCLE_RECORDS } from '../limits.ts'

/** Records of one level in the order in which they came. */
interface Level {
  records: unknown[]
  timestamps: number[]
  segments: number[]
  /** Of the record that leaves next. */
  next: number
}

/** Records between two watermarks that have not left, and the watermark behind them; NaN while none has come. */
interface Segment {
  left: number
  watermark: number
}

/**
 * Records that leave by level, the highest first; but of PRIORITY_CYCLE_RECORDS that leave, one is of each lower level that has any, so that none starves.
 * Watermarks keep their place: one is released when all that came before it has left, of whatever level.
 */
export class PriorityBuffer {
  /** The record that `take` took, and its time. */
  record: unknown = undefined
  timestamp = NaN
  readonly #levels: readonly Level[]
  readonly #segments: Segment[] = [{ left: 0, watermark: NaN }]
  /** Number of the first segment. */
  #first = 0
  #size = 0
  #turn = 0
  #released = -Infinity

  constructor(levels: number) {
    this.#levels = Array.from({ length: levels }, () => ({ records: [], timestamps: [], segments: [], next: 0 }))
  }

  get size(): number {
    return this.#size
  }

  /** The last watermark that nothing is in front of any more. */
  get releasedWatermark(): number {
    return this.#released
  }

  add(level: number, record: unknown, timestamp: number): void {
    if (!Number.isNaN(this.#segments.at(-1)!.watermark)) this.#segments.push({ left: 0, watermark: NaN })
    const queue = this.#levels[level]!
    queue.records.push(record)
    queue.timestamps.push(timestamp)
    queue.segments.push(this.#first + this.#segments.length - 1)
    this.#segments.at(-1)!.left++
    this.#size++
  }

  /** Behind all that was added so far. Without a record between them the later watermark says all. */
  addWatermark(watermark: number): void {
    this.#segments.at(-1)!.watermark = watermark
    this.#release()
  }

  /** False when there is none. */
  take(): boolean {
    if (this.#size === 0) return false
    const queue = this.#levels[this.#choose()]!
    const at = queue.next++
    this.record = queue.records[at]
    this.timestamp = queue.timestamps[at]!
    queue.records[at] = undefined
    this.#segments[queue.segments[at]! - this.#first]!.left--
    this.#size--
    if (queue.next === queue.records.length || queue.next >= 1024) forget(queue)
    this.#release()
    return true
  }

  /** The first turns of a cycle are those of the lower levels, one each. */
  #choose(): number {
    const turn = this.#turn
    this.#turn = turn + 1 === PRIORITY_CYCLE_RECORDS ? 0 : turn + 1
    const levels = this.#levels
    if (turn < levels.length - 1 && hasRecords(levels[turn]!)) return turn
    let level = levels.length - 1
    while (!hasRecords(levels[level]!)) level--
    return level
  }

  #release(): void {
    for (let first = this.#segments[0]!; first.left === 0 && !Number.isNaN(first.watermark); first = this.#segments[0]!) {
      this.#released = first.watermark
      this.#segments.shift()
      this.#first++
      if (this.#segments.length === 0) this.#segments.push({ left: 0, watermark: NaN })
    }
  }
}

function hasRecords({ records, next }: Level): boolean {
  return next < records.length
}

/** Gives up the room of those that have left. */
function forget(queue: Level): void {
  queue.records = queue.records.slice(queue.next)
  queue.timestamps = queue.timestamps.slice(queue.next)
  queue.segments = queue.segments.slice(queue.next)
  queue.next = 0
}
