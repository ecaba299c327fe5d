import { onlyKnown } from '../core/known-options.ts'
import { DYNAMIC_PRIORITY_MS_DEFAULT, DYNAMIC_PRIORITY_MS_MAX, DYNAMIC_PRIORITY_MS_MIN, STATIC_PRIORITY_MAX } from '../limits.ts'

/** What is known of one instance when its priority is looked at. */
export interface MeasuredInstance {
  /** For how long what it has received and not processed has waited, in ms: that of the oldest. 0 for sources. */
  readonly lagMs: number
  /** By how much its event time is behind the wall clock, in ms; 0 while it has none, and at the end. */
  readonly watermarkDelayMs: number
  /** How full its mailbox is, 0 to 1. 0 for sources. */
  readonly mailboxFill: number
  /** Share of its worker's time that it took over the last second or so, 0 to 1. */
  readonly cpuShare: number
  /** What `run.signal(name, value)` said last; 0 before. */
  readonly signal: (name: string) => number
}

/** From `from` on, in ms for `lag` and `watermarkDelay`, 0 to 1 for `mailbox` and `cpu`, as the signal has it, the priority is this. */
export interface PriorityStep {
  readonly from: number
  readonly priority: number
}

interface PriorityInterval {
  /** How often it is looked at, while the job runs: 10 to 60,000. Default 200. */
  readonly everyMs?: number
  /** Before the first look, where no step applies, and for the placement policy 'priority'. Default 0. */
  readonly otherwise?: number
}

/** The largest step that has been reached counts. */
export interface SteppedPriority extends PriorityInterval {
  readonly by: 'lag' | 'watermarkDelay' | 'mailbox' | 'cpu' | { readonly signal: string }
  readonly steps: readonly PriorityStep[]
}

/** A function of what is measured gives the priority; it is rounded, and kept within -100 to 100. */
export interface ComputedPriority extends PriorityInterval {
  readonly by: (measured: MeasuredInstance) => number
}

/** A priority that follows the load, instance by instance. */
export type PriorityRule = SteppedPriority | ComputedPriority

/** The same, checked. */
export interface CheckedRule {
  readonly by: PriorityRule['by']
  /** Ascending. */
  readonly steps: readonly PriorityStep[]
  readonly everyMs: number
  readonly otherwise: number
}

const MEASURES: readonly unknown[] = ['lag', 'watermarkDelay', 'mailbox', 'cpu']

export const PRIORITY_WANTED = `an integer from -${STATIC_PRIORITY_MAX} to ${STATIC_PRIORITY_MAX}`

export function isPriority(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) <= STATIC_PRIORITY_MAX
}

/** @param refuse throws, naming the option, what was given and what it may be */
export function checkRule(given: PriorityRule, site: string, refuse: (what: string, value: unknown, wanted: string) => never): CheckedRule {
  const { by, everyMs = DYNAMIC_PRIORITY_MS_DEFAULT, otherwise = 0 } = given
  const computed = typeof by === 'function'
  onlyKnown('priority', given, { by: 1, everyMs: 1, otherwise: 1, ...(!computed && { steps: 1 }) }, site)
  if (!computed && !MEASURES.includes(by) && !isSignal(by))
    refuse('priority.by', by, "'lag', 'watermarkDelay', 'mailbox', 'cpu', { signal: 'name' }, nor a function")
  if (!(typeof everyMs === 'number' && everyMs >= DYNAMIC_PRIORITY_MS_MIN && everyMs <= DYNAMIC_PRIORITY_MS_MAX))
    refuse('priority.everyMs', everyMs, `a number from ${DYNAMIC_PRIORITY_MS_MIN} to ${DYNAMIC_PRIORITY_MS_MAX}`)
  if (!isPriority(otherwise)) refuse('priority.otherwise', otherwise, PRIORITY_WANTED)
  const steps: unknown = computed ? [] : (given as SteppedPriority).steps
  if (!Array.isArray(steps) || (steps.length === 0 && !computed)) return refuse('priority.steps', steps, 'a list with one step at least')
  for (const step of steps as PriorityStep[]) {
    onlyKnown('priority.steps', step, { from: 1, priority: 1 }, site)
    if (!Number.isFinite(step.from)) refuse('priority.steps.from', step.from, 'a number')
    if (!isPriority(step.priority)) refuse('priority.steps.priority', step.priority, PRIORITY_WANTED)
  }
  return { by, steps: [...(steps as PriorityStep[])].sort((a, b) => a.from - b.from), everyMs, otherwise }
}

function isSignal(by: unknown): by is { readonly signal: string } {
  return typeof by === 'object' && by !== null && typeof (by as { signal?: unknown }).signal === 'string' && Object.keys(by).length === 1
}
