import type { OperatorActor, OperatorContext, OperatorDefinition, StateChunk } from '../src/actor/contract.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import { ValueTable } from '../src/actor/keyed-kit.ts'
import { type RecordKey, recordKey } from './record-key.ts'

/** Lets the first record of each key pass, and remembers the keys. */
class DistinctActor implements OperatorActor {
  readonly #context: OperatorContext
  readonly #keyOf: (record: unknown) => Key
  readonly #seen = new ValueTable<true>()

  constructor(key: RecordKey, context: OperatorContext) {
    this.#context = context
    this.#keyOf = recordKey(key, context)
  }

  process(record: unknown, timestamp: number): void {
    const slot = this.#seen.slotOf(this.#keyOf(record))
    if (this.#seen.has(slot)) return
    // Whatever may throw comes before the state changes.
    this.#context.emit(record, timestamp)
    this.#seen.set(slot, true)
  }

  snapshot(): StateChunk[] {
    return [...this.#seen.snapshot(this.#context.keyGroups)].map(([id, value]) => ({ scope: 'group', id, value }))
  }

  restore(chunks: readonly StateChunk[]): void {
    for (const { value } of chunks) this.#seen.restore(value as Uint8Array)
  }
}

export const distinct: OperatorDefinition = {
  kind: 'distinct',
  create: (spec, context) => new DistinctActor(spec['key'] as string, context),
}
