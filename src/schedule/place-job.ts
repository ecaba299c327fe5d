import type { Graph } from '../graph/graph.ts'
import { type PlanOptions, type TaskPlan, planActors, planTasks } from '../graph/plan.ts'
import { YOUNG_GENERATION_LIMITED_MB, WORKER_HEAP_BASE_MB } from '../limits.ts'
import { placedInTurn } from './in-turn.ts'
import { place } from './place.ts'
import type { PlacedPlan, WorkerShare } from './placed-plan.ts'
import { type CheckedPlacement, MIB, type ResourceLimits, plainLimits, roomOf } from './settings.ts'
import { type Candidate, type Need, candidatesOf, needOf } from './units.ts'

/**
 * Gives the actors of a job to workers. A pure function.
 *
 * @throws MillraceError MR_GRAPH_INVALID, MR_PLACEMENT_IMPOSSIBLE
 */
export function placeJob(graph: Graph, options: PlanOptions, checked: CheckedPlacement): PlacedPlan {
  const plain = placedInTurn(graph, options, checked)
  if (plain !== null) return plain
  const plan = planTasks(graph, options)
  const { threads, reasons } = place(plan, checked)
  const workers = sharesOf(plan, threads, checked)
  const placement = { policy: checked.policy, threads, reasons, room: roomOf(plan.workers, checked), workers }
  return { ...planActors(plan, threads), placement }
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
