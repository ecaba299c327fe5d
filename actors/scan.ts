import type { OperatorActor, OperatorContext, OperatorDefinition } from '../src/actor/contract.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import { KeyedValuesActor } from './keyed-values.ts'
import type { RecordKey } from './record-key.ts'

type Step = (previous: unknown, record: unknown, key: Key) => unknown

interface ScanSpec {
  readonly key: RecordKey
  readonly initial?: () => unknown
  readonly fn: Step
}

/** One value per key, emitted after every record. Without `initial` the first record of a key is its first value (reduce). */
class ScanActor extends KeyedValuesActor<unknown> implements OperatorActor {
  readonly #fn: Step
  readonly #initial: (() => unknown) | null

  constructor({ key, initial, fn }: ScanSpec, context: OperatorContext) {
    super(key, context)
    this.#fn = fn
    this.#initial = initial ?? null
  }

  process(record: unknown, timestamp: number): void {
    const key = this.keyOf(record)
    const slot = this.values.slotOf(key)
    const value = this.#next(slot, record, key)
    // Whatever may throw comes before the state changes.
    this.context.emit(value, timestamp)
    this.values.set(slot, value)
  }

  #next(slot: number, record: unknown, key: Key): unknown {
    if (this.values.has(slot)) return this.#fn(this.values.get(slot), record, key)
    return this.#initial === null ? record : this.#fn(this.#initial(), record, key)
  }
}

const create: OperatorDefinition['create'] = (spec, context) => new ScanActor(spec as unknown as ScanSpec, context)

export const scan: OperatorDefinition = { kind: 'scan', repeats: 'inOrder', create }
export const reduce: OperatorDefinition = { kind: 'reduce', repeats: 'inOrder', create }
