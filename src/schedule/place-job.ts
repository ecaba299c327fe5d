import type { Graph } from '../graph/graph.ts'
import type { PlacementPolicy } from '../graph/placement-settings.ts'
import { type Plan, type PlanOptions, type TaskPlan, planActors, planTasks } from '../graph/plan.ts'
import { YOUNG_GENERATION_LIMITED_MB, WORKER_HEAP_BASE_MB } from '../limits.ts'
import { inTurn, place, roomOf } from './place.ts'
import { type CheckedPlacement, MIB, type ResourceLimits, plainLimits } from './settings.ts'
import { type Candidate, type Need, candidatesOf, needOf } from './units.ts'

/** What is planned for one worker. */
export interface WorkerShare {
  /** What its actors demand. */
  readonly need: Need
  /** What its thread is started with: the option of that name of its Piscina pool. */
  readonly resourceLimits: ResourceLimits
  /** Actors whose demands that limit is made of; empty where it is not. */
  readonly limitedBy: readonly number[]
}

/** Who runs where and why, and what each worker is given. */
export interface Placement {
  readonly policy: PlacementPolicy
  /** By actor number; null: in turn, as without any planner. */
  readonly threads: readonly number[] | null
  /** By actor number. */
  readonly reasons: readonly string[]
  /** What there is for the demands of one worker's actors. */
  readonly room: Need
  readonly workers: readonly WorkerShare[]
}

export interface PlacedPlan extends Plan {
  readonly placement: Placement
}

/**
 * Gives the actors of a job to workers. A pure function.
 *
 * @throws MillraceError MR_GRAPH_INVALID, MR_PLACEMENT_IMPOSSIBLE
 */
export function placeJob(graph: Graph, options: PlanOptions, checked: CheckedPlacement): PlacedPlan {
  const plan = planTasks(graph, options)
  const isInTurn = saysNothing(graph, checked)
  const { threads, reasons } = isInTurn ? inTurn(plan) : place(plan, checked)
  const workers = sharesOf(plan, threads, checked)
  const placement = { policy: checked.policy, threads: isInTurn ? null : threads, reasons, room: roomOf(plan.workers, checked), workers }
  return { ...planActors(plan, threads), placement }
}

/** Then there is nothing to weigh, and launching costs nothing more. */
function saysNothing({ nodes }: Graph, { policy }: CheckedPlacement): boolean {
  return policy === 'demand' && nodes.every(({ placement }) => placement === undefined)
}

function sharesOf(plan: TaskPlan, threads: readonly number[], { resourceLimits: said }: CheckedPlacement): WorkerShare[] {
  const on: Candidate[][] = Array.from({ length: plan.workers }, () => [])
  for (const candidate of candidatesOf(plan)) on[threads[candidate.id]!]!.push(candidate)
  return on.map((actors) => {
    const need = needOf(actors)
    const limit = limitOf(actors, need, said)
    return { need, resourceLimits: limit ?? plainLimits(said), limitedBy: limit === null ? [] : actors.map(({ id }) => id) }
  })
}

/** Where all actors of a worker say what heap they need, that is what it gets, unless launch was told. */
function limitOf(actors: readonly Candidate[], { heapBytes }: Need, said: Partial<ResourceLimits>): ResourceLimits | null {
  if (said.maxOldGenerationSizeMb !== undefined || actors.length === 0 || !actors.every(({ saysHeap }) => saysHeap)) return null
  const old = Math.ceil(heapBytes / MIB) + WORKER_HEAP_BASE_MB
  const young = said.maxYoungGenerationSizeMb ?? Math.min(YOUNG_GENERATION_LIMITED_MB, old / 2)
  return { maxOldGenerationSizeMb: old, maxYoungGenerationSizeMb: young }
}
