import { ACTOR_SHARE_DEFAULT } from '../limits.ts'
import type { PlacementCosts } from '../graph/placement-settings.ts'
import type { TaskPlan } from '../graph/plan.ts'
import type { Weighed } from './board.ts'
import type { CheckedPlacement } from './settings.ts'
import type { Candidate, Need, Unit } from './units.ts'

const MILLION = 1e6

/** What a process has for all of its workers. */
export const SHARED = ['diskBytesPerSecond', 'networkBytesPerSecond', 'ioConcurrency'] as const

/** What a unit takes of what the workers share. */
export function sharedNeed({ actors }: Pick<Unit, 'actors'>, what: (typeof SHARED)[number]): number {
  return actors.reduce((sum, { nodes }) => sum + nodes.reduce((total, { placement }) => total + (placement?.demand?.[what] ?? 0), 0), 0)
}

/** Units with their weights under a policy, in the order in which they are placed: those that need a worker for themselves, then as the policy says. */
export function weighed(plan: TaskPlan, units: readonly Unit[], room: Need, placement: CheckedPlacement): Weighed[] {
  const { policy, costs } = placement
  const totals = SHARED.map((what) => units.reduce((sum, unit) => sum + sharedNeed(unit, what), 0))
  const share = (unit: Unit): number => {
    const parts = SHARED.map((what, i) => sharedNeed(unit, what) / (Math.min(totals[i]!, placement.machine[what]) / plan.workers || 1))
    return Math.max(unit.cpu / room.cpu, unit.heapBytes / room.heapBytes, ...parts.map((part) => Math.min(1, part)))
  }
  const weight = (unit: Unit): number => {
    if (policy === 'load') return unit.actors.reduce((sum, actor) => sum + costOf(actor, costs), 0)
    const said = share(unit)
    return policy === 'priority' && said === 0 ? ACTOR_SHARE_DEFAULT * unit.actors.length : said
  }
  const all = units.map((unit) => ({ ...unit, weight: Math.round(weight(unit) * MILLION) }))
  const byPriority = (a: Unit, b: Unit): number => (policy === 'priority' ? b.priority - a.priority : 0)
  return all.sort(
    (a, b) => Number(b.exclusive) - Number(a.exclusive) || byPriority(a, b) || b.weight - a.weight || a.actors[0]!.id - b.actors[0]!.id,
  )
}

/** As measured, else as demanded, else as any other. */
export function costOf({ nodes, index }: Candidate, costs: PlacementCosts): number {
  const measured = nodes.flatMap(({ name }) => {
    const cost = Object.hasOwn(costs, name) ? costs[name]! : []
    return typeof cost === 'number' ? cost : (cost[index] ?? [])
  })
  if (measured.length > 0) return measured.reduce((sum, cost) => sum + cost, 0)
  const demanded = nodes.flatMap(({ placement }) => placement?.demand?.cpu ?? [])
  return demanded.length > 0 ? demanded.reduce((sum, cpu) => sum + cpu, 0) : ACTOR_SHARE_DEFAULT
}
