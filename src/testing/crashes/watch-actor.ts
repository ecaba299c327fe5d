import type { OperatorActor } from '../../actor/contract.ts'
import type { CrashPlan } from './crash-plan.ts'

export type Call = (...args: unknown[]) => unknown

/** Calls of these steps are those of a plan. */
export function watchActor(actor: OperatorActor, steps: readonly string[], index: number, plan: CrashPlan): OperatorActor {
  const calls = actor as unknown as Record<string, Call | undefined>
  for (const step of steps) {
    const call = calls[step]
    if (call !== undefined) calls[step] = (...args) => plan.call(step, index, () => call.apply(actor, args))
  }
  const close = calls['close']
  // A process that is killed closes nothing.
  calls['close'] = (...args) => (plan.isDead ? void plan.abandoned.push(() => close?.apply(actor, args)) : close?.apply(actor, args))
  return actor
}
