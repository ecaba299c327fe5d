import type { Plan } from '../graph/plan.ts'
import type { ActorStats, WorkerStats } from '../worker/worker-stats.ts'
import { UI_ACTORS_SHOWN_MAX } from './ui-limits.ts'

/** One instance of a task, where it runs. Shares are from 0 to 1, over the last second or so. */
export interface ActorPicture extends Pick<
  ActorStats,
  'id' | 'state' | 'priority' | 'busyShare' | 'blockedShare' | 'mailboxShare' | 'recordsIn'
> {
  readonly task: number
  /** Which of the task's instances, from 0. */
  readonly index: number
}

/** A worker, and what runs on it. */
export interface WorkerPicture extends Pick<WorkerStats, 'worker' | 'heapBytes' | 'externalBytes' | 'busyShare' | 'blockedShare'> {
  /** In the order of the plan; the busiest ones, where there are very many. */
  readonly actors: readonly ActorPicture[]
  /** Actors beside these. */
  readonly more: number
}

/** Who runs where. */
export function layoutPicture(plan: Plan, workers: readonly WorkerStats[]): WorkerPicture[] {
  return workers.map(({ worker, heapBytes, externalBytes, busyShare, blockedShare, actors }) => {
    const placed = actors.filter(({ id }) => plan.actors[id] !== undefined)
    const shown = placed.length <= UI_ACTORS_SHOWN_MAX ? placed : busiest(placed)
    const pictures = shown.map((actor) => actorPicture(plan, actor)).toSorted((a, b) => a.id - b.id)
    return { worker, heapBytes, externalBytes, busyShare, blockedShare, actors: pictures, more: placed.length - shown.length }
  })
}

function busiest(actors: readonly ActorStats[]): ActorStats[] {
  return actors.toSorted((a, b) => b.busyShare - a.busyShare).slice(0, UI_ACTORS_SHOWN_MAX)
}

function actorPicture(plan: Plan, { id, state, priority, busyShare, blockedShare, mailboxShare, recordsIn }: ActorStats): ActorPicture {
  const { task, index } = plan.actors[id]!
  return { id, task, index, state, priority, busyShare, blockedShare, mailboxShare, recordsIn }
}
