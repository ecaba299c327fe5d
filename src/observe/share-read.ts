import type { RunStats } from '../control/protocol.ts'
import type { ActorStats } from '../worker/worker-stats.ts'
import type { JobShape } from './job-shape.ts'

interface Read {
  readonly position: number
  readonly size: number
  readonly unit: string
}

/**
 * Part of the input that was read, 0 to 1, what precedes the checkpoint included; null while a source does not know its size. Where sources count
 * in different units, it is the part of the one that is least far.
 */
export function shareRead({ sources, tasks }: JobShape, stats: RunStats): number | null {
  const actors = new Map(stats.workers.flatMap((worker) => worker.actors.map((actor) => [actor.id, actor] as const)))
  const reads = tasks.filter(({ task }) => sources.includes(task)).map((task) => sourceRead(task.actors.map((id) => actors.get(id))))
  if (reads.length === 0 || !reads.every((read) => read !== null)) return null
  if (new Set(reads.map(({ unit }) => unit)).size === 1) return share(total(reads))
  return Math.min(...reads.map(share))
}

function sourceRead(instances: readonly (ActorStats | undefined)[]): Read | null {
  const reads = instances.map((actor) => actor?.progress ?? null)
  return reads.every((read) => read !== null) ? total(reads) : null
}

function total(reads: readonly Read[]): Read {
  const sum = (key: 'position' | 'size'): number => reads.reduce((all, read) => all + read[key], 0)
  return { position: sum('position'), size: sum('size'), unit: reads[0]!.unit }
}

function share({ position, size }: Read): number {
  return size === 0 ? 1 : Math.min(1, position / size)
}
