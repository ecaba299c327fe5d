import type { OperatorActor, OperatorContext, OperatorDefinition, StateChunk } from '../src/actor/contract.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import { KeyMap, ValueTable, keptKey } from '../src/actor/keyed-kit.ts'
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
class LatestJoinActor implements OperatorActor {
  readonly #spec: LatestJoinSpec
  readonly #context: OperatorContext
  readonly #isEverywhere: boolean
  readonly #leftKey: (record: unknown) => Key
  readonly #rightKey: (record: unknown) => Key
  readonly #latest = new KeyMap<Box>()
  #isLeft = true

  constructor(spec: LatestJoinSpec, context: OperatorContext, isEverywhere: boolean) {
    this.#spec = spec
    this.#context = context
    this.#isEverywhere = isEverywhere
    this.#leftKey = recordKey(spec.leftKey, context)
    this.#rightKey = recordKey(spec.rightKey, context)
  }

  selectInput(input: number): void {
    this.#isLeft = input === 0
  }

  process(record: unknown, timestamp: number): void {
    if (!this.#isLeft) return this.#update(record)
    const { type, fn } = this.#spec
    const latest = this.#latest.get(this.#leftKey(record))
    if (latest !== undefined || type === 'left') this.#context.emit(fn(record, latest?.value), timestamp)
  }

  snapshot(): StateChunk[] {
    const { keyGroups, index } = this.#context
    // Every instance has the same: one of them tells all.
    if (this.#isEverywhere && index > 0) return []
    const table = new ValueTable<unknown>()
    this.#latest.forEach(({ value }, key) => table.set(table.slotOf(key), value))
    const scope = this.#isEverywhere ? 'all' : 'group'
    return [...table.snapshot(this.#isEverywhere ? 1 : keyGroups)].map(([id, value]) => ({ scope, id, value }))
  }

  restore(chunks: readonly StateChunk[]): void {
    const table = new ValueTable<unknown>()
    for (const { value } of chunks) table.restore(value as Uint8Array)
    table.forEach((key, value) => this.#latest.set(keptKey(key), { value }))
  }

  #update(record: unknown): void {
    const key = this.#rightKey(record)
    if (this.#spec.isDelete?.(record) === true) this.#latest.delete(key)
    else this.#latest.set(keptKey(key), { value: record })
  }
}

export const joinLatest: OperatorDefinition = {
  kind: 'joinLatest',
  create: (spec, context) => new LatestJoinActor(spec as unknown as LatestJoinSpec, context, false),
}

export const joinBroadcast: OperatorDefinition = {
  kind: 'joinBroadcast',
  create: (spec, context) => new LatestJoinActor(spec as unknown as LatestJoinSpec, context, true),
}
