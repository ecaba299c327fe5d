import type { OperatorActor, OperatorContext, OperatorDefinition, StateChunk } from '../src/actor/contract.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import { heapBytes } from '../src/actor/cached-kit.ts'
import { KeyMap, keptKey } from '../src/actor/keyed-kit.ts'
import type { AllRows } from '../src/actor/rows-kit.ts'
import { KeyedRowsActor } from './keyed-rows.ts'
import { type RecordKey, recordKey } from './record-key.ts'

interface LatestJoinSpec {
  readonly leftKey: RecordKey
  readonly rightKey: RecordKey
  readonly type: 'inner' | 'left'
  readonly fn: (record: unknown, latest: unknown) => unknown
  /** Right records that take the value of their key away; null for none. */
  readonly isDelete: ((record: unknown) => boolean) | null
}

/** A value that may be undefined. */
interface Box {
  readonly value: unknown
}

/**
 * Joins each record with the latest one that came from the right side for its key. The right side is divided by key like the left one, or every instance has
 * all of it.
 */
class LatestJoinActor extends KeyedRowsActor implements OperatorActor {
  readonly #spec: LatestJoinSpec
  readonly #isEverywhere: boolean
  readonly #leftKey: (record: unknown) => Key
  readonly #rightKey: (record: unknown) => Key
  readonly #latest = new KeyMap<Box>()
  #isLeft = true

  constructor(spec: LatestJoinSpec, context: OperatorContext, isEverywhere: boolean) {
    super(context)
    this.#spec = spec
    this.#isEverywhere = isEverywhere
    this.#leftKey = recordKey(spec.leftKey, context)
    this.#rightKey = recordKey(spec.rightKey, context)
    this.keepRows(latestRows(this.#latest), (record) => (this.#isLeft ? this.#leftKey(record) : this.#rightKey(record)), isEverywhere)
  }

  selectInput(input: number): void {
    this.#isLeft = input === 0
  }

  process(record: unknown, timestamp: number): void {
    if (!this.#isLeft) return this.#update(record)
    const { type, fn } = this.#spec
    const latest = this.#latest.get(this.#leftKey(record))
    if (latest !== undefined || type === 'left') this.context.emit(fn(record, latest?.value), timestamp)
  }

  snapshotInSteps(checkpointId: number): Iterable<StateChunk | null> {
    if (!this.#isEverywhere) return this.saveRows(checkpointId)
    // Every instance has the same: one of them tells all.
    return this.context.index > 0 ? [] : [...this.saveInMemory(1)].map(([id, value]) => ({ scope: 'all', id, value }))
  }

  restore(chunks: readonly StateChunk[]): Promise<void> {
    return this.restoreRows(chunks.map((chunk) => ({ ...chunk, scope: 'group' })))
  }

  #update(record: unknown): void {
    const key = this.#rightKey(record)
    this.changed?.(key)
    if (this.#spec.isDelete?.(record) === true) {
      this.#latest.delete(key)
      this.gone?.(key)
    } else this.#latest.set(keptKey(key), { value: record })
  }
}

function latestRows(latest: KeyMap<Box>): AllRows {
  return {
    has: (key) => latest.get(key) !== undefined,
    save: (key) => latest.get(key)!.value,
    load: (key, value) => latest.set(keptKey(key), { value }),
    drop: (key) => latest.delete(key),
    bytesOf: (key) => heapBytes(latest.get(key)!.value),
    dueMs: () => Infinity,
    clockDueMs: () => Infinity,
    forEach: (fn) => latest.forEach((_, key) => fn(key)),
  }
}

export const joinLatest: OperatorDefinition = {
  kind: 'joinLatest',
  repeats: 'asSets',
  create: (spec, context) => new LatestJoinActor(spec as unknown as LatestJoinSpec, context, false),
}

export const joinBroadcast: OperatorDefinition = {
  kind: 'joinBroadcast',
  repeats: 'asSets',
  create: (spec, context) => new LatestJoinActor(spec as unknown as LatestJoinSpec, context, true),
}
