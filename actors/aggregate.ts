import type { OperatorDefinition } from '../src/actor/contract.ts'
import { AggregateActor, type AggregateSpec } from './aggregate-actor.ts'
import { CachedAggregateActor } from './cached-aggregate.ts'

export const aggregate: OperatorDefinition = {
  kind: 'aggregate',
  repeats: 'asSets',
  create: (spec, context) => {
    const aggregated = spec as unknown as AggregateSpec
    const { backend } = context
    return backend.type === 'lmdb'
      ? new CachedAggregateActor(aggregated, context, backend.cacheBytes)
      : new AggregateActor(aggregated, context)
  },
}
