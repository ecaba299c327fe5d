import type { Actor } from '../actor/actor.ts'
import { refuseOption } from '../core/refuse-option.ts'
import type { OperatorNode } from '../graph/graph.ts'
import { priorityOf } from '../graph/placement-options.ts'
import type { Plan } from '../graph/plan.ts'
import type { CheckedRule, MeasuredInstance } from '../graph/priority-rule.ts'
import { STATIC_PRIORITY_MAX } from '../limits.ts'
import { blame, placeOf } from './blame.ts'
import { InputLag } from './input-lag.ts'
import type { LoadMeter } from './load-meter.ts'
import { ReadyLevels } from './ready-levels.ts'

/** The rule of one operator of one actor, and what it has come to. */
interface Ruled {
  readonly actor: number
  readonly node: OperatorNode
  readonly rule: CheckedRule
  readonly lag: InputLag
  priority: number
  dueMs: number
}

/** What priorities follow. */
export interface PrioritySources {
  readonly actors: ReadonlyMap<number, Actor>
  readonly load: LoadMeter
  readonly nowMs: number
  readonly wallMs: number
  readonly signals: ReadonlyMap<string, number> | undefined
}

/** Who goes first among the actors of one worker: as it was said, and as the load is where rules say so. */
export class Priorities {
  /** By actor; NaN for those of other threads. */
  readonly current: Float64Array
  /** Null where all are of one level for good, so that there is nothing to choose. */
  readonly levels: ReadyLevels | null
  readonly #rules: Ruled[]
  /** By actor: the highest that its operators say without a rule; -Infinity: none does. */
  readonly #said: readonly number[]
  /** When to look at them next, by the monotonic clock; Infinity: never. */
  dueMs: number

  constructor({ graph, tasks, actors }: Plan, worker: number) {
    const chains = tasks.map(({ nodes }) => nodes.map((node) => graph.nodes[node]!))
    this.current = Float64Array.from(actors, ({ task, thread }) => (thread === worker ? priorityOf(chains[task]!) : NaN))
    const mine = actors.filter(({ thread }) => thread === worker)
    this.#rules = mine.flatMap(({ id, task }) => chains[task]!.flatMap((node) => ruled(id, node)))
    this.#said = actors.map(({ task }) =>
      Math.max(-Infinity, ...chains[task]!.flatMap(({ placement }) => (placement?.priorityRule ? [] : (placement?.priority ?? [])))),
    )
    this.dueMs = this.#rules.length === 0 ? Infinity : 0
    const levels = new Set(this.current)
    levels.delete(NaN)
    this.levels = levels.size < 2 && this.#rules.length === 0 ? null : new ReadyLevels(this.current)
  }

  /** Looks at those whose time has come. Throws what a function of the user throws, with the number of the actor. */
  look(sources: PrioritySources, failed: (actor: number, error: unknown) => void): void {
    for (const one of this.#rules) {
      if (one.dueMs > sources.nowMs) continue
      one.dueMs = sources.nowMs + one.rule.everyMs
      try {
        one.priority = priorityBy(one, measured(one, sources))
      } catch (error) {
        return failed(one.actor, blame(error, one.node))
      }
    }
    this.dueMs = Math.min(...this.#rules.map(({ dueMs }) => dueMs))
    this.#assign()
  }

  #assign(): void {
    const next = new Map<number, number>()
    for (const { actor, priority } of this.#rules) next.set(actor, Math.max(next.get(actor) ?? this.#said[actor]!, priority))
    let changed = false
    for (const [actor, priority] of next) {
      if (this.current[actor] === priority) continue
      this.current[actor] = priority
      changed = true
    }
    if (changed) this.levels!.assign(this.current)
  }
}

function ruled(actor: number, node: OperatorNode): Ruled[] {
  const rule = node.placement?.priorityRule
  return rule === undefined ? [] : [{ actor, node, rule, lag: new InputLag(), priority: rule.otherwise, dueMs: 0 }]
}

function measured({ actor: id, lag }: Ruled, { actors, load, nowMs, wallMs, signals }: PrioritySources): MeasuredInstance {
  const { mailbox, watermark } = actors.get(id)!
  return {
    lagMs: lag.lookMs(nowMs, mailbox.receivedBytes, mailbox.bytes),
    watermarkDelayMs: Number.isFinite(watermark) ? Math.max(0, wallMs - watermark) : 0,
    mailboxFill: mailbox.share,
    cpuShare: load.shares(nowMs, id).busyShare,
    signal: (name) => signals?.get(name) ?? 0,
  }
}

function priorityBy({ rule, node }: Ruled, measures: MeasuredInstance): number {
  const { by, steps, otherwise } = rule
  if (typeof by === 'function') {
    const given: unknown = by(measures)
    if (!Number.isFinite(given)) refuseOption('what the function of priority returned', given, 'a number', placeOf(node))
    return Math.max(-STATIC_PRIORITY_MAX, Math.min(STATIC_PRIORITY_MAX, Math.round(given as number)))
  }
  const value = quantity(by, measures)
  return steps.findLast(({ from }) => value >= from)?.priority ?? otherwise
}

function quantity(by: Exclude<CheckedRule['by'], (...args: never[]) => unknown>, measures: MeasuredInstance): number {
  if (typeof by === 'object') return measures.signal(by.signal)
  switch (by) {
    case 'lag':
      return measures.lagMs
    case 'watermarkDelay':
      return measures.watermarkDelayMs
    case 'mailbox':
      return measures.mailboxFill
    case 'cpu':
      return measures.cpuShare
  }
}
