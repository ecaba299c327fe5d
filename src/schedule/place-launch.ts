import type { Graph } from '../graph/graph.ts'
import type { PlanOptions } from '../graph/plan.ts'
import { placedInTurn } from './in-turn.ts'
import type { PlacedPlan } from './placed-plan.ts'
import type { CheckedPlacement } from './settings.ts'

/**
 * As `placeJob`, but the planner is loaded only where there is something to weigh: every start would pay for it.
 *
 * @throws MillraceError MR_GRAPH_INVALID, MR_PLACEMENT_IMPOSSIBLE
 */
export async function placeLaunch(graph: Graph, options: PlanOptions, checked: CheckedPlacement): Promise<PlacedPlan> {
  return placedInTurn(graph, options, checked) ?? (await import('./place-job.ts')).placeJob(graph, options, checked)
}
