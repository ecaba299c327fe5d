import type { Emit, OperatorActor, OperatorContext, OperatorDefinition, Progress, StateChunk } from '../src/actor/contract.ts'
import { type Key, checkEventTime } from '../src/actor/operator-kit.ts'
import { KeyMap, keptKey } from '../src/actor/keyed-kit.ts'
import { TimeList, TimerQueue } from '../src/actor/queue-kit.ts'
import type { AllRows } from '../src/actor/rows-kit.ts'
import { JOIN_KEYS_PER_STEP_MAX } from '../src/limits.ts'
import { KeyedRowsActor } from './keyed-rows.ts'
import { bytesOfList } from './list-bytes.ts'
import { type RecordKey, recordKey } from './record-key.ts'

interface IntervalJoinSpec {
  readonly leftKey: RecordKey
  readonly rightKey: RecordKey
  /** Both inclusive, in ms: a right record joins when its time less that of the left one lies between them. */
  readonly lowerMs: number
  readonly upperMs: number
  readonly fn: (left: unknown, right: unknown, times: { readonly leftTime: number; readonly rightTime: number }) => unknown
}

/** What is kept of one key. */
class Rows {
  readonly key: Key
  readonly left = new TimeList<unknown>()
  readonly right = new TimeList<unknown>()
  /** When something of it is needed no more; Infinity while it is empty. */
  dueMs = Infinity

  constructor(key: Key) {
    this.key = key
  }
}

/** Times and records of the left side, then of the right one. */
type StoredRows = readonly [readonly number[], readonly unknown[], readonly number[], readonly unknown[]]

/**
 * Joins records of one key whose times are near each other. Semantics of Apache Flink's `IntervalJoinOperator`: a record behind the watermark is late; what is
 * kept of a side goes when the watermark has come to the last time at which the other side could need it.
 */
class IntervalJoinActor extends KeyedRowsActor implements OperatorActor {
  readonly #spec: IntervalJoinSpec
  readonly #leftKey: (record: unknown) => Key
  readonly #rightKey: (record: unknown) => Key
  readonly #late: readonly [Emit, Emit]
  readonly #rows = new KeyMap<Rows>()
  readonly #timers = new TimerQueue<Rows>()
  /** How much longer than its own time a record is kept. */
  readonly #keepLeftMs: number
  readonly #keepRightMs: number
  #isLeft = true
  #watermark = -Infinity

  constructor(spec: IntervalJoinSpec, context: OperatorContext) {
    super(context)
    this.#spec = spec
    this.#leftKey = recordKey(spec.leftKey, context)
    this.#rightKey = recordKey(spec.rightKey, context)
    this.#late = [context.emitTo('lateLeft'), context.emitTo('lateRight')]
    this.#keepLeftMs = Math.max(spec.upperMs, 0)
    this.#keepRightMs = Math.max(-spec.lowerMs, 0)
    this.keepRows(this.#rowsByKey(), (record) => this.#keyOf(record))
  }

  open(): void {
    this.#watermark = this.context.watermark()
  }

  selectInput(input: number): void {
    this.#isLeft = input === 0
  }

  /** Keeps the record last: what throws has changed nothing. */
  process(record: unknown, timestamp: number): void {
    checkEventTime(timestamp, 'intervalJoin')
    const isLeft = this.#isLeft
    if (timestamp < this.#watermark) return this.#late[isLeft ? 0 : 1](record, timestamp)
    const key = this.#keyOf(record)
    this.changed?.(key)
    const known = this.#known(key)
    if (known !== undefined) {
      if (isLeft) this.#joinLeft(record, timestamp, known.right)
      else this.#joinRight(record, timestamp, known.left)
    }
    const rows = known ?? this.#newRows(key)
    if (isLeft) rows.left.add(timestamp, record)
    else rows.right.add(timestamp, record)
    this.#remind(rows, timestamp + (isLeft ? this.#keepLeftMs : this.#keepRightMs))
  }

  onWatermark(watermark: number): Progress {
    this.#watermark = watermark
    for (let left = JOIN_KEYS_PER_STEP_MAX; left > 0; left--) {
      const rows = this.#timers.take(watermark)
      if (rows === undefined) return this.fetchDue(watermark) ? 'more' : 'done'
      this.changed?.(rows.key)
      rows.dueMs = Infinity
      this.#forgetOver(rows)
    }
    return 'more'
  }

  snapshotInSteps(checkpointId: number): Iterable<StateChunk | null> {
    return this.saveRows(checkpointId)
  }

  restore(chunks: readonly StateChunk[]): Promise<void> {
    return this.restoreRows(chunks)
  }

  #rowsByKey(): AllRows {
    const rows = this.#rows
    return {
      has: (key) => rows.get(key) !== undefined,
      save: (key) => stored(rows.get(key)!),
      load: (key, row) => this.#load(key, row as StoredRows),
      drop: (key) => {
        const { dueMs } = rows.get(key)!
        if (dueMs < Infinity) this.#timers.delete(dueMs, rows.get(key)!)
        rows.delete(key)
      },
      bytesOf: (key) => bytesOfList(rows.get(key)!.left) + bytesOfList(rows.get(key)!.right),
      dueMs: (key) => this.#overMs(rows.get(key)!),
      clockDueMs: () => Infinity,
      forEach: (fn) => rows.forEach(({ key }) => fn(key)),
    }
  }

  #load(key: Key, [leftTimes, lefts, rightTimes, rights]: StoredRows): void {
    const rows = this.#newRows(key)
    leftTimes.forEach((time, i) => rows.left.add(time, lefts[i]))
    rightTimes.forEach((time, i) => rows.right.add(time, rights[i]))
    this.#remindOfFirst(rows)
  }

  /** When nothing of it is needed any more: what is elsewhere is not fetched before. */
  #overMs({ left, right }: Rows): number {
    return Math.max(left.lastTime + this.#keepLeftMs, right.lastTime + this.#keepRightMs)
  }

  #known(key: Key): Rows | undefined {
    const rows = this.#rows.get(key)
    if (rows === undefined || rows.dueMs > this.#watermark) return rows
    // It was elsewhere when the watermark came.
    this.#timers.delete(rows.dueMs, rows)
    rows.dueMs = Infinity
    return this.#forgetOver(rows)
  }

  /** Drops what no record to come can need; undefined when that is all. Its timer is to be set. */
  #forgetOver(rows: Rows): Rows | undefined {
    rows.left.drop(rows.left.lastUpTo(this.#watermark - this.#keepLeftMs) + 1)
    rows.right.drop(rows.right.lastUpTo(this.#watermark - this.#keepRightMs) + 1)
    this.#remindOfFirst(rows)
    if (rows.dueMs < Infinity) return rows
    this.#rows.delete(rows.key)
    this.gone?.(rows.key)
    return undefined
  }

  #keyOf(record: unknown): Key {
    return this.#isLeft ? this.#leftKey(record) : this.#rightKey(record)
  }

  #joinLeft(record: unknown, leftTime: number, rights: TimeList<unknown>): void {
    const { lowerMs, upperMs, fn } = this.#spec
    const last = leftTime + upperMs
    for (let i = rights.firstFrom(leftTime + lowerMs); i < rights.size; i++) {
      const rightTime = rights.timeAt(i)
      if (rightTime > last) break
      this.context.emit(fn(record, rights.recordAt(i), { leftTime, rightTime }), Math.max(leftTime, rightTime))
    }
  }

  #joinRight(record: unknown, rightTime: number, lefts: TimeList<unknown>): void {
    const { lowerMs, upperMs, fn } = this.#spec
    const last = rightTime - lowerMs
    for (let i = lefts.firstFrom(rightTime - upperMs); i < lefts.size; i++) {
      const leftTime = lefts.timeAt(i)
      if (leftTime > last) break
      this.context.emit(fn(lefts.recordAt(i), record, { leftTime, rightTime }), Math.max(leftTime, rightTime))
    }
  }

  #newRows(key: Key): Rows {
    const rows = new Rows(keptKey(key))
    this.#rows.set(rows.key, rows)
    return rows
  }

  #remindOfFirst(rows: Rows): void {
    const due = Math.min(rows.left.firstTime + this.#keepLeftMs, rows.right.firstTime + this.#keepRightMs)
    if (due < Infinity) this.#remind(rows, due)
  }

  #remind(rows: Rows, dueMs: number): void {
    if (dueMs >= rows.dueMs) return
    if (rows.dueMs < Infinity) this.#timers.delete(rows.dueMs, rows)
    rows.dueMs = dueMs
    this.#timers.add(dueMs, rows)
  }
}

function stored({ left, right }: Rows): StoredRows {
  return [left.times(), left.records(), right.times(), right.records()]
}

export const intervalJoin: OperatorDefinition = {
  kind: 'intervalJoin',
  repeats: 'asSets',
  outputs: ['lateLeft', 'lateRight'],
  create: (spec, context) => new IntervalJoinActor(spec as unknown as IntervalJoinSpec, context),
}
