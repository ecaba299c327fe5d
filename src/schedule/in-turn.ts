import type { Graph } from '../graph/graph.ts'
import { type PlanOptions, type TaskPlan, planActors, planTasks, threadInTurn } from '../graph/plan.ts'
import type { PlacedPlan } from './placed-plan.ts'
import { type CheckedPlacement, plainLimits, roomOf } from './settings.ts'

const NOTHING = { cpu: 0, heapBytes: 0 }

/**
 * The plan of a job of which nobody says who is to run where; null where somebody does. Needs nothing of the planner.
 *
 * @throws MillraceError MR_GRAPH_INVALID
 */
export function placedInTurn(graph: Graph, options: PlanOptions, checked: CheckedPlacement): PlacedPlan | null {
  const { policy, resourceLimits } = checked
  if (policy !== 'demand' || graph.nodes.some(({ placement }) => placement !== undefined)) return null
  const plan = planTasks(graph, options)
  const { threads, reasons } = inTurn(plan)
  const share = { need: NOTHING, resourceLimits: plainLimits(resourceLimits), limitedBy: [] }
  const workers = Array.from({ length: plan.workers }, () => share)
  return { ...planActors(plan, threads), placement: { policy, threads: null, reasons, room: roomOf(plan.workers, checked), workers } }
}

/** As if nobody had said anything. */
export function inTurn({ tasks, workers }: TaskPlan): { readonly threads: number[]; readonly reasons: string[] } {
  const threads: number[] = []
  const reasons: string[] = []
  for (const task of tasks) {
    for (let index = 0; index < task.parallelism; index++) {
      threads.push(threadInTurn(task, index, workers))
      reasons.push(task.onAppThread ? 'outlets are on the app thread' : 'in turn')
    }
  }
  return { threads, reasons }
}
