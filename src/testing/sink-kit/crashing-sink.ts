import type { OperatorActor, OperatorContext, OperatorDefinition } from '../../actor/contract.ts'
import type { SinkSpec } from '../../graph/sinks.ts'
import type { CrashPlan } from '../crashes/crash-plan.ts'
import { type Call, watchActor } from '../crashes/watch-actor.ts'

const STEPS = [
  'restore',
  'open',
  'process',
  'flush',
  'ready',
  'onTime',
  'onEnd',
  'snapshot',
  'onCheckpointComplete',
  'onCheckpointFailed',
] as const

/** Functions of the user that are steps of their own, by kind of sink. */
const FUNCTIONS: Readonly<Record<string, string>> = { upsertSink: 'write', forEachBatchSink: 'fn', forEachSink: 'fn' }

/** The same sink, whose steps are those of a plan. */
export function crashingSink<T>(sink: SinkSpec<T>, definition: OperatorDefinition, plan: () => CrashPlan): SinkSpec<T> {
  const create = (spec: Readonly<Record<string, unknown>>, context: OperatorContext): OperatorActor =>
    watchActor(definition.create!(watchFunctions(sink.kind, spec, context, plan()), context), STEPS, context.index, plan())
  return { ...sink, definition: { ...definition, create } }
}

function watchFunctions(
  kind: string,
  spec: Readonly<Record<string, unknown>>,
  { index }: OperatorContext,
  plan: CrashPlan,
): Readonly<Record<string, unknown>> {
  if (kind === 'twoPhaseSink') {
    const open = spec['open'] as Call
    return { ...spec, open: async (...args: unknown[]) => watchTransactions((await open(...args)) as Record<string, Call>, index, plan) }
  }
  const name = FUNCTIONS[kind]
  if (name === undefined) return spec
  const fn = spec[name] as Call
  return { ...spec, [name]: (...args: unknown[]) => plan.call(name, index, () => fn(...args)) }
}

function watchTransactions(transactions: Record<string, Call | undefined>, index: number, plan: CrashPlan): Record<string, Call> {
  const watched: Record<string, Call> = {}
  for (const step of ['begin', 'write', 'prepare', 'commit', 'abort', 'recover', 'close']) {
    const call = transactions[step]
    if (call !== undefined) watched[step] = (...args) => plan.call(step, index, () => call.apply(transactions, args))
  }
  return watched
}
