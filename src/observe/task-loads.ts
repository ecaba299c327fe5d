import type { WorkerStats } from '../worker/worker-stats.ts'
import type { TaskLoad } from './bottleneck.ts'
import type { JobShape } from './job-shape.ts'

/** What the tasks of a job did over the last second or so. */
export function taskLoads({ tasks }: JobShape, workers: readonly WorkerStats[]): TaskLoad[] {
  const actors = new Map(workers.flatMap((worker) => worker.actors.map((actor) => [actor.id, { actor, worker }] as const)))
  return tasks.map(({ task, name, actors: ids, receivers, outlets }) => {
    const placed = ids.flatMap((id) => actors.get(id) ?? [])
    const most = (shares: readonly (number | null)[]): number => Math.max(0, ...shares.map((share) => share ?? 0))
    return {
      task,
      name,
      receivers,
      outlets,
      busyShare: most(placed.map(({ actor }) => actor.busyShare)),
      blockedShare: most(placed.map(({ actor }) => actor.blockedShare)),
      workerBusyShare: most(placed.map(({ worker }) => worker.busyShare)),
      mailboxShare: most(placed.map(({ actor }) => actor.mailboxShare)),
    }
  })
}
