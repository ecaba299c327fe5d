import type { PlacementPolicy } from '../../graph/placement-settings.ts'
import type { PlacedPlan } from '../../schedule/placed-plan.ts'
import type { ResourceLimits } from '../../schedule/settings.ts'
import { nodeName } from '../../graph/graph-words.ts'

export interface PlacedActor {
  readonly actor: number
  /** Its operators. */
  readonly name: string
  readonly index: number
  /** Instances that there are. */
  readonly of: number
  /** A worker's number, or 'app': the app thread. */
  readonly thread: number | 'app'
  readonly why: string
}

export interface PlacedWorker {
  readonly worker: number
  /** What its actors demand, of what there is for them. */
  readonly cpu: { readonly demanded: number; readonly there: number }
  readonly heapBytes: { readonly demanded: number; readonly there: number }
  /** Options of the Piscina pool that its thread is of. */
  readonly piscina: { readonly resourceLimits: ResourceLimits }
  /** The limit of its heap is made of what its actors demand. */
  readonly isLimitedByDemands: boolean
}

/** A placement, and all policies that come to it. */
export interface PlacedJob {
  readonly policies: readonly PlacementPolicy[]
  readonly workers: readonly PlacedWorker[]
  readonly actors: readonly PlacedActor[]
}

/** Policies that put everybody in the same place are told together: the reasons are those of the first. */
export function placedJobs(plans: readonly PlacedPlan[]): PlacedJob[] {
  const byThreads = new Map<string, PlacedPlan[]>()
  for (const plan of plans) {
    const key = plan.actors.map(({ thread }) => thread).join()
    byThreads.set(key, [...(byThreads.get(key) ?? []), plan])
  }
  return [...byThreads.values()].map((alike) =>
    placedJob(
      alike[0]!,
      alike.map(({ placement }) => placement.policy),
    ),
  )
}

function placedJob({ graph, tasks, actors, workers, placement }: PlacedPlan, policies: readonly PlacementPolicy[]): PlacedJob {
  const { room, reasons } = placement
  const names = tasks.map(({ nodes }) => nodes.map((node) => nodeName(graph.nodes[node]!)).join(' > '))
  return {
    policies,
    workers: placement.workers.map(({ need, resourceLimits, limitedBy }, worker) => ({
      worker,
      cpu: { demanded: need.cpu, there: room.cpu },
      heapBytes: { demanded: need.heapBytes, there: room.heapBytes },
      piscina: { resourceLimits },
      isLimitedByDemands: limitedBy.length > 0,
    })),
    actors: actors.map(({ id, task, index, thread }) => ({
      actor: id,
      name: names[task]!,
      index,
      of: tasks[task]!.parallelism,
      thread: thread === workers ? 'app' : thread,
      why: reasons[id]!,
    })),
  }
}
