import type { PlacementCosts } from '../graph/placement-settings.ts'

/** What `run.stats()` says about actors. */
interface Measured {
  readonly workers: readonly { readonly actors: readonly { readonly id: number; readonly name: string; readonly busyMs: number }[] }[]
}

/**
 * What the actors of a run have cost since its attempt began, for the policy 'load' of the next launch: `placement: { policy: 'load', costs: placementCosts(await run.stats()) }`.
 * A chain's cost stands under its first operator, as shares of what the busiest worker has worked, by instance.
 */
export function placementCosts(stats: Measured): PlacementCosts {
  const busiest = Math.max(...stats.workers.map(({ actors }) => actors.reduce((sum, { busyMs }) => sum + busyMs, 0)), Number.MIN_VALUE)
  const costs: Record<string, number[]> = {}
  const actors = stats.workers.flatMap((worker) => worker.actors).sort((a, b) => a.id - b.id)
  for (const { name, busyMs } of actors) (costs[name.replace(/( > .*)? \(\d+\/\d+\)$/, '')] ??= []).push(busyMs / busiest)
  return costs
}
