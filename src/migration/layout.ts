import { actorKey } from '../graph/actor-key.ts'
import type { Graph } from '../graph/graph.ts'
import { type Plan, type PlanOptions, type TaskPlan, planJob, planTasks, threadInTurn } from '../graph/plan.ts'

/** What a run changes of its plan while it goes on. Plain data, part of what every thread is told when an attempt begins, so that all of them plan the same. */
export interface Layout {
  /** 0: as launched. Grows with every change. */
  readonly version: number
  /** By operator that was rescaled: its instances. */
  readonly instances: Readonly<Record<string, number>>
  /** By actor that was moved ({@link actorKey}): the worker that it is at home on since. */
  readonly moved: Readonly<Record<string, number>>
  /** Workers whose threads are lost and do not come back for the time being: nothing runs there. Ascending. */
  readonly away: readonly number[]
  /** By actor, where it runs; null: as launched. */
  readonly threads: readonly number[] | null
}

export const AS_LAUNCHED: Layout = { version: 0, instances: {}, moved: {}, away: [], threads: null }

/** The plan of a layout. A pure function, so every thread computes the same. */
export function planOf(graph: Graph, options: PlanOptions, { version, instances, threads }: Layout): Plan {
  return planJob(graph, version === 0 ? options : { ...options, instances, threads })
}

/**
 * Who runs where when some operators have other numbers of instances and some workers are away: everybody stays where it was launched or moved to, instances that are new go in turn,
 * and those of a worker that is away go to the present one that has the fewest. Demands and wishes of placement stand back there: what cannot be met by the
 * workers that are left would otherwise end the run.
 *
 * @param launched the plan that the run began with
 */
export function layoutOf(launched: Plan, options: PlanOptions, change: Omit<Layout, 'threads'>): Layout {
  const plan = planTasks(launched.graph, { ...options, instances: change.instances })
  const home = homes(launched, plan, change.moved)
  const isAway = (thread: number): boolean => change.away.includes(thread)
  const load = Array.from({ length: plan.workers }, (_, worker) => home.filter((thread) => thread === worker).length)
  const present = load.flatMap((_, worker) => (isAway(worker) ? [] : [worker]))
  const threads = home.map((thread) => {
    if (!isAway(thread)) return thread
    const refuge = present.reduce((best, worker) => (load[worker]! < load[best]! ? worker : best))
    load[refuge]!++
    return refuge
  })
  return { ...change, threads }
}

/** By actor of the plan: where it was moved to, or the launch put it, or would in turn. */
function homes(launched: Plan, plan: TaskPlan, moved: Layout['moved']): number[] {
  const homeOf = new Map(launched.actors.map(({ task, index, thread }) => [`${launched.tasks[task]!.nodes[0]!} ${index}`, thread]))
  return plan.tasks.flatMap((task) =>
    Array.from(
      { length: task.parallelism },
      (_, index) =>
        moved[actorKey(plan.graph.nodes[task.nodes[0]!]!.name, index)] ??
        homeOf.get(`${task.nodes[0]!} ${index}`) ??
        threadInTurn(task, index, plan.workers),
    ),
  )
}
