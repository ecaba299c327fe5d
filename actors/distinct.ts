import type { OperatorActor, OperatorDefinition } from '../src/actor/contract.ts'
import { KeyedValuesActor } from './keyed-values.ts'

/** Lets the first record of each key pass, and remembers the keys. */
class DistinctActor extends KeyedValuesActor<true> implements OperatorActor {
  process(record: unknown, timestamp: number): void {
    const slot = this.values.slotOf(this.keyOf(record))
    if (this.values.has(slot)) return
    // Whatever may throw comes before the state changes.
    this.context.emit(record, timestamp)
    this.values.set(slot, true)
  }
}

export const distinct: OperatorDefinition = {
  kind: 'distinct',
  repeats: 'inOrder',
  create: (spec, context) => new DistinctActor(spec['key'] as string, context),
}
