import type { OperatorActor, OperatorDefinition, Registry } from '../../actor/contract.ts'

/** Calls of operators: any of them may be the one that fails. */
const CALLS = [
  'open',
  'restore',
  'process',
  'processBatch',
  'poll',
  'afterBatch',
  'onWatermark',
  'onTime',
  'flush',
  'ready',
  'onEnd',
  'snapshot',
  'onCheckpointComplete',
] as const satisfies readonly (keyof OperatorActor)[]

/** Where a policy for bad records would leave out the record: then nothing fails. */
const GUARDED: readonly string[] = ['process', 'processBatch']

type Call = (...args: unknown[]) => unknown

/** Operators that tell of each call before it is carried out; `called` may throw. */
export function watchedOperators(registry: Registry, called: () => void): Registry {
  return new Map([...registry].map(([kind, definition]) => [kind, watchedOperator(definition, called)]))
}

export function watchedOperator(definition: OperatorDefinition, called: () => void): OperatorDefinition {
  const { create } = definition
  if (create === undefined) return definition
  return {
    ...definition,
    create: (spec, context) => {
      const actor = create(spec, context)
      const watched = actor as unknown as Record<string, Call | undefined>
      for (const name of CALLS) {
        const call = watched[name]
        if (call === undefined || (context.undoes && GUARDED.includes(name))) continue
        watched[name] = (...args) => {
          called()
          return call.apply(actor, args)
        }
      }
      return actor
    },
  }
}
