import type { OperatorActor, OperatorContext, OperatorDefinition, Progress, RecordOrigin, StateChunk } from '../src/actor/contract.ts'
import { type Key, checkEventTime } from '../src/actor/operator-kit.ts'
import { KeyMap, keptKey } from '../src/actor/keyed-kit.ts'
import { TimeList, TimerQueue } from '../src/actor/queue-kit.ts'
import type { AllRows } from '../src/actor/rows-kit.ts'
import { JOIN_KEYS_PER_STEP_MAX, JOIN_RESULTS_PER_STEP_MAX } from '../src/limits.ts'
import { KeyedRowsActor } from './keyed-rows.ts'
import { bytesOfList } from './list-bytes.ts'
import { type RecordKey, recordKey } from './record-key.ts'

interface TemporalJoinSpec {
  readonly leftKey: RecordKey
  readonly rightKey: RecordKey
  readonly type: 'inner' | 'left'
  readonly fn: (record: unknown, version: unknown) => unknown
  /** Versions that say that there is none from then on; null for none. */
  readonly isDelete: ((record: unknown) => boolean) | null
}

/** What the right side said at one time: a record, or that there is none any more. */
interface Version {
  readonly record: unknown
  readonly isDeleted: boolean
}

/** A record that waits for the watermark. */
interface Waiting {
  readonly record: unknown
  readonly origin: RecordOrigin | null
}

/** What is kept of one key. */
class Rows {
  readonly key: Key
  /** By the time from which each is valid; one for a time. */
  readonly versions = new TimeList<Version>()
  readonly waiting = new TimeList<Waiting>()
  /** When a record can be joined, or a version is needed no more; Infinity for never. */
  dueMs = Infinity

  constructor(key: Key) {
    this.key = key
  }
}

/** Times and versions, times and records that wait, and whether any of that came behind the watermark and waits for the next one. */
type StoredRows = readonly [readonly number[], readonly Version[], readonly number[], readonly Waiting[], isLate: boolean]

/**
 * Joins each record with the version of the right side that was valid at its event time. Semantics of Apache Flink's `TemporalRowTimeJoinOperator`: a record waits until
 * the watermark has come to its time; then those of its key that it has come to are joined in the order of their times. Of the versions of a key the last one up to the
 * watermark is kept, and all later ones.
 */
class TemporalJoinActor extends KeyedRowsActor implements OperatorActor {
  readonly #spec: TemporalJoinSpec
  readonly #leftKey: (record: unknown) => Key
  readonly #rightKey: (record: unknown) => Key
  readonly #rows = new KeyMap<Rows>()
  readonly #timers = new TimerQueue<Rows>()
  #isLeft = true
  #watermark = -Infinity

  constructor(spec: TemporalJoinSpec, context: OperatorContext) {
    super(context)
    this.#spec = spec
    this.#leftKey = recordKey(spec.leftKey, context)
    this.#rightKey = recordKey(spec.rightKey, context)
    this.keepRows(this.#rowsByKey(), (record) => (this.#isLeft ? this.#leftKey(record) : this.#rightKey(record)))
  }

  selectInput(input: number): void {
    this.#isLeft = input === 0
  }

  process(record: unknown, timestamp: number): void {
    checkEventTime(timestamp, 'joinTemporal')
    if (this.#isLeft) {
      const rows = this.#changing(this.#leftKey(record))
      rows.waiting.add(timestamp, { record, origin: this.context.origin() })
      this.#remind(rows)
      return
    }
    const key = this.#rightKey(record)
    const version = { record, isDeleted: this.#spec.isDelete?.(record) === true }
    this.#addVersion(this.#changing(key), version, timestamp)
  }

  onWatermark(watermark: number): Progress {
    this.#watermark = watermark
    let results = JOIN_RESULTS_PER_STEP_MAX
    for (let keys = JOIN_KEYS_PER_STEP_MAX; keys > 0 && results > 0; keys--) {
      const rows = this.#timers.take(Math.min(watermark, this.dueElsewhereMs))
      if (rows === undefined) return this.fetchDue(watermark) ? 'more' : 'done'
      this.changed?.(rows.key)
      rows.dueMs = Infinity
      results -= this.#release(rows, results)
      this.#settle(rows)
    }
    return 'more'
  }

  snapshotInSteps(checkpointId: number): Iterable<StateChunk | null> {
    return this.saveRows(checkpointId)
  }

  restore(chunks: readonly StateChunk[]): Promise<void> {
    this.#watermark = this.context.watermark()
    return this.restoreRows(chunks)
  }

  #rowsByKey(): AllRows {
    const rows = this.#rows
    return {
      has: (key) => rows.get(key) !== undefined,
      save: (key) => this.#stored(rows.get(key)!),
      load: (key, row) => this.#load(key, row as StoredRows),
      drop: (key) => {
        const dropped = rows.get(key)!
        if (dropped.dueMs < Infinity) this.#timers.delete(dropped.dueMs, dropped)
        rows.delete(key)
      },
      bytesOf: (key) => bytesOfList(rows.get(key)!.versions) + bytesOfList(rows.get(key)!.waiting),
      dueMs: (key) => this.#dueElsewhereMs(rows.get(key)!),
      clockDueMs: () => Infinity,
      forEach: (fn) => rows.forEach(({ key }) => fn(key)),
    }
  }

  /** Rows are not fetched to drop what is over of them, unless it came behind the watermark: then the next record of the key might still see it. */
  #dueElsewhereMs({ waiting, dueMs }: Rows): number {
    return dueMs <= this.#watermark ? dueMs : waiting.firstTime
  }

  #stored({ versions, waiting, dueMs }: Rows): StoredRows {
    return [versions.times(), versions.records(), waiting.times(), waiting.records(), dueMs <= this.#watermark]
  }

  #load(key: Key, [times, versions, waitingTimes, waiting, isLate]: StoredRows): void {
    const rows = this.#of(key)
    times.forEach((time, i) => rows.versions.add(time, versions[i]!))
    waitingTimes.forEach((time, i) => rows.waiting.add(time, waiting[i]!))
    // It was elsewhere when the watermark came.
    if (!isLate && rows.waiting.firstTime > this.#watermark) this.#dropOver(rows)
    this.#remind(rows)
  }

  #changing(key: Key): Rows {
    this.changed?.(key)
    return this.#of(key)
  }

  #of(key: Key): Rows {
    const known = this.#rows.get(key)
    if (known !== undefined) return known
    const rows = new Rows(keptKey(key))
    this.#rows.set(rows.key, rows)
    return rows
  }

  /** Joins records that the watermark has come to, at most `max`. Returns their number. */
  #release({ versions, waiting }: Rows, max: number): number {
    const count = Math.min(max, waiting.lastUpTo(this.#watermark) + 1)
    for (let i = 0; i < count; i++) this.#join(waiting.recordAt(i), waiting.timeAt(i), versions)
    waiting.drop(count)
    return count
  }

  #join({ record, origin }: Waiting, time: number, versions: TimeList<Version>): void {
    const at = versions.lastUpTo(time)
    const version = at === -1 || versions.recordAt(at).isDeleted ? null : versions.recordAt(at)
    const { type, fn } = this.#spec
    if (version === null && type === 'inner') return
    this.context.guarded(record, time, origin, () => this.context.emit(fn(record, version?.record), time))
  }

  /** Versions go only when all records are through that may need them. */
  #settle(rows: Rows): void {
    if (rows.waiting.lastUpTo(this.#watermark) === -1) this.#dropOver(rows)
    if (rows.waiting.size > 0 || rows.versions.size > 0) return this.#remind(rows)
    this.#rows.delete(rows.key)
    this.gone?.(rows.key)
  }

  #dropOver({ versions }: Rows): void {
    versions.drop(Math.max(versions.lastUpTo(this.#watermark), 0))
  }

  /** Of versions of one time the last one counts. */
  #addVersion(rows: Rows, version: Version, time: number): void {
    const { versions } = rows
    const at = versions.lastUpTo(time)
    if (at !== -1 && versions.timeAt(at) === time) versions.replaceAt(at, version)
    else versions.add(time, version)
    this.#remind(rows)
  }

  #remind(rows: Rows): void {
    const { versions, waiting } = rows
    const dueMs = Math.min(waiting.firstTime, versions.size < 2 ? Infinity : versions.timeAt(1))
    if (dueMs === rows.dueMs) return
    if (rows.dueMs < Infinity) this.#timers.delete(rows.dueMs, rows)
    rows.dueMs = dueMs
    if (dueMs < Infinity) this.#timers.add(dueMs, rows)
  }
}

export const joinTemporal: OperatorDefinition = {
  kind: 'joinTemporal',
  repeats: 'asSets',
  create: (spec, context) => new TemporalJoinActor(spec as unknown as TemporalJoinSpec, context),
}
