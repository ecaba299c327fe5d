import type { Loads } from '../schedule/moves.ts'
import type { WorkerStats } from '../worker/worker-stats.ts'

/** What the actors of these workers have measured of themselves, for a decision about their places. */
export function loadsOf(workers: readonly WorkerStats[], atMs: number): Loads {
  return { atMs, actors: new Map(workers.flatMap(({ actors }) => actors.map((actor) => [actor.id, actor]))) }
}
