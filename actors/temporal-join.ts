import type { OperatorActor, OperatorContext, OperatorDefinition, Progress, RecordOrigin, StateChunk } from '../src/actor/contract.ts'
import { type Key, checkEventTime } from '../src/actor/operator-kit.ts'
import { KeyMap, ValueTable, keptKey } from '../src/actor/keyed-kit.ts'
import { TimeBuffer, TimeList, TimerQueue } from '../src/actor/queue-kit.ts'
import { JOIN_KEYS_PER_STEP_MAX, JOIN_RESULTS_PER_STEP_MAX } from '../src/limits.ts'
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

/** The versions of one key, by the time from which each is valid. */
class Versions {
  readonly key: Key
  readonly list = new TimeList<Version>()
  /** Records that wait for the watermark. */
  waiting = 0
  /** When the first version is needed no more; Infinity while there is one at most. */
  dueMs = Infinity

  constructor(key: Key) {
    this.key = key
  }
}

interface Waiting {
  readonly record: unknown
  readonly origin: RecordOrigin | null
  readonly versions: Versions
}

/** Versions: times and values. Then the records that wait: time, place among those of equal time, record, origin. */
interface StoredKey {
  readonly times: readonly number[]
  readonly versions: readonly Version[]
  readonly waiting: (readonly [time: number, order: number, record: unknown, origin: RecordOrigin | null])[]
}

/**
 * Joins each record with the version of the right side that was valid at its event time. Semantics of Apache Flink's `TemporalRowTimeJoinOperator`: a record waits until
 * the watermark has come to its time; of the versions the last one up to the watermark is kept, and all later ones.
 */
class TemporalJoinActor implements OperatorActor {
  readonly #spec: TemporalJoinSpec
  readonly #context: OperatorContext
  readonly #leftKey: (record: unknown) => Key
  readonly #rightKey: (record: unknown) => Key
  readonly #versions = new KeyMap<Versions>()
  readonly #waiting = new TimeBuffer<Waiting>()
  readonly #timers = new TimerQueue<Versions>()
  #isLeft = true

  constructor(spec: TemporalJoinSpec, context: OperatorContext) {
    this.#spec = spec
    this.#context = context
    this.#leftKey = recordKey(spec.leftKey, context)
    this.#rightKey = recordKey(spec.rightKey, context)
  }

  selectInput(input: number): void {
    this.#isLeft = input === 0
  }

  process(record: unknown, timestamp: number): void {
    checkEventTime(timestamp, 'joinTemporal')
    if (this.#isLeft) return this.#wait(this.#of(this.#leftKey(record)), record, timestamp, this.#context.origin())
    const key = this.#rightKey(record)
    const version = { record, isDeleted: this.#spec.isDelete?.(record) === true }
    this.#addVersion(this.#of(key), version, timestamp)
  }

  /** Versions go only when all records are through that may need them. */
  onWatermark(watermark: number): Progress {
    for (let left = JOIN_RESULTS_PER_STEP_MAX; this.#waiting.firstTime <= watermark && this.#waiting.size > 0; left--) {
      if (left === 0) return 'more'
      const time = this.#waiting.firstTime
      this.#release(this.#waiting.take(), time)
    }
    for (let left = JOIN_KEYS_PER_STEP_MAX; left > 0; left--) {
      const versions = this.#timers.take(watermark)
      if (versions === undefined) return 'done'
      versions.dueMs = Infinity
      versions.list.drop(versions.list.lastUpTo(watermark))
      this.#remind(versions)
    }
    return 'more'
  }

  snapshot(): StateChunk[] {
    const table = new ValueTable<StoredKey>()
    this.#versions.forEach(({ key, list }) => {
      table.set(table.slotOf(key), { times: list.times(), versions: list.records(), waiting: [] })
    })
    this.#waiting.entries().forEach(({ time, record: { record, origin, versions } }, order) => {
      table.get(table.slotOf(versions.key))!.waiting.push([time, order, record, origin])
    })
    return [...table.snapshot(this.#context.keyGroups)].map(([id, value]) => ({ scope: 'group', id, value }))
  }

  restore(chunks: readonly StateChunk[]): void {
    const table = new ValueTable<StoredKey>()
    for (const { value } of chunks) table.restore(value as Uint8Array)
    const all: (readonly [Versions, StoredKey['waiting'][number]])[] = []
    table.forEach((key, { times, versions, waiting }) => {
      const known = this.#of(key)
      times.forEach((time, i) => known.list.add(time, versions[i]!))
      this.#remind(known)
      for (const each of waiting) all.push([known, each])
    })
    all.sort(([, a], [, b]) => a[0] - b[0] || a[1] - b[1])
    for (const [versions, [time, , record, origin]] of all) this.#wait(versions, record, time, origin)
  }

  #of(key: Key): Versions {
    const known = this.#versions.get(key)
    if (known !== undefined) return known
    const versions = new Versions(keptKey(key))
    this.#versions.set(versions.key, versions)
    return versions
  }

  #wait(versions: Versions, record: unknown, time: number, origin: RecordOrigin | null): void {
    versions.waiting++
    this.#waiting.add({ record, origin, versions }, time)
  }

  #release({ record, origin, versions }: Waiting, time: number): void {
    versions.waiting--
    const at = versions.list.lastUpTo(time)
    const version = at === -1 || versions.list.recordAt(at).isDeleted ? null : versions.list.recordAt(at)
    this.#forgetEmpty(versions)
    const { type, fn } = this.#spec
    if (version === null && type === 'inner') return
    this.#context.guarded(record, time, origin, () => this.#context.emit(fn(record, version?.record), time))
  }

  /** Of versions of one time the last one counts. */
  #addVersion(versions: Versions, version: Version, time: number): void {
    const { list } = versions
    const at = list.lastUpTo(time)
    if (at !== -1 && list.timeAt(at) === time) list.replaceAt(at, version)
    else list.add(time, version)
    this.#remind(versions)
  }

  #remind(versions: Versions): void {
    const dueMs = versions.list.size < 2 ? Infinity : versions.list.timeAt(1)
    if (dueMs === versions.dueMs) return
    if (versions.dueMs < Infinity) this.#timers.delete(versions.dueMs, versions)
    versions.dueMs = dueMs
    if (dueMs < Infinity) this.#timers.add(dueMs, versions)
  }

  #forgetEmpty({ key, list, waiting }: Versions): void {
    if (waiting === 0 && list.size === 0) this.#versions.delete(key)
  }
}

export const joinTemporal: OperatorDefinition = {
  kind: 'joinTemporal',
  create: (spec, context) => new TemporalJoinActor(spec as unknown as TemporalJoinSpec, context),
}
