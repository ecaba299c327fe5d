import type { CheckpointStats } from '../core/checkpoint-measures.ts'
import type { RunStats } from '../control/protocol.ts'
import type { ActorStats } from '../worker/worker-stats.ts'
import { type Bottleneck, type TaskLoad, findBottleneck } from './bottleneck.ts'
import type { JobShape, TaskShape } from './job-shape.ts'
import { shareRead } from './share-read.ts'

/** Counters at a time (of any clock that does not go back). */
export interface Sample {
  readonly atMs: number
  readonly stats: RunStats
}

export interface TaskProgress {
  readonly name: string
  readonly actors: number
  /** Since the attempt began. */
  readonly recordsIn: number
  readonly recordsOut: number
  readonly recordsPerSecond: number
  /** Shares from 0 to 1, of the busiest actor and the fullest mailbox. */
  readonly busyShare: number
  /** Null for a source, which has no mailbox. */
  readonly mailboxShare: number | null
  readonly finished: boolean
}

export interface Progress {
  readonly attempt: number
  readonly state: string
  readonly restarts: number
  /** Newest complete checkpoint, 0 before the first. */
  readonly checkpoint: number
  readonly checkpoints: CheckpointStats
  readonly tasks: readonly TaskProgress[]
  readonly bottleneck: Bottleneck | null
  /** Part of the input that was read, 0 to 1; null where that is not known. */
  readonly share: number | null
  readonly remainingMs: number | null
}

/**
 * What happened between two samples.
 *
 * @param first the first one of the run: what was read since then tells how long the rest takes
 */
export function progressBetween(shape: JobShape, before: Sample | null, now: Sample, first: Sample): Progress {
  const { attempt, state, restarts, checkpoint, checkpoints } = now.stats
  const loads = taskLoads(shape, before, now)
  const share = shareRead(shape, now.stats)
  return {
    attempt,
    state,
    restarts,
    checkpoint,
    checkpoints,
    tasks: loads.map(({ progress }) => progress),
    bottleneck: findBottleneck(loads.map(({ load }) => load)),
    share,
    remainingMs: share === null ? null : remaining(share, shareRead(shape, first.stats) ?? 0, now.atMs - first.atMs),
  }
}

/** Null while nothing was read, as after a restart from an old checkpoint. */
function remaining(share: number, shareBefore: number, elapsedMs: number): number | null {
  const gained = share - shareBefore
  return gained > 0 ? (elapsedMs * (1 - share)) / gained : null
}

interface Placed {
  readonly stats: ActorStats
  readonly worker: number
}

function actorsOf(stats: RunStats): Map<number, Placed> {
  return new Map(stats.workers.flatMap(({ worker, actors }) => actors.map((actor) => [actor.id, { stats: actor, worker }] as const)))
}

function taskLoads(shape: JobShape, before: Sample | null, now: Sample): { load: TaskLoad; progress: TaskProgress }[] {
  // Counters begin anew with every attempt.
  const comparable = before !== null && before.stats.attempt === now.stats.attempt
  const earlier = comparable ? actorsOf(before.stats) : new Map<number, Placed>()
  const intervalMs = comparable ? Math.max(1, now.atMs - before.atMs) : Infinity
  const actors = actorsOf(now.stats)
  const since = (id: number, counter: 'busyMs' | 'recordsIn'): number =>
    (actors.get(id)?.stats[counter] ?? 0) - (earlier.get(id)?.stats[counter] ?? 0)
  const workerBusyMs = new Map<number, number>()
  for (const [id, { worker }] of actors) workerBusyMs.set(worker, (workerBusyMs.get(worker) ?? 0) + since(id, 'busyMs'))
  return shape.tasks.map((task) => {
    const placed = task.actors.flatMap((id) => actors.get(id) ?? [])
    const busyShare = share(Math.max(0, ...task.actors.map((id) => since(id, 'busyMs'))), intervalMs)
    const workerBusyShare = share(Math.max(0, ...placed.map(({ worker }) => workerBusyMs.get(worker)!)), intervalMs)
    const mailboxShare =
      task.mailboxBytes === 0 ? null : share(Math.max(0, ...placed.map(({ stats }) => stats.mailboxBytes)), task.mailboxBytes)
    const recordsPerSecond = (sum(task.actors.map((id) => since(id, 'recordsIn'))) / intervalMs) * 1000
    return {
      load: { ...task, busyShare, workerBusyShare, mailboxShare: mailboxShare ?? 0 },
      progress: { ...counters(task, placed), recordsPerSecond, busyShare, mailboxShare },
    }
  })
}

function counters(task: TaskShape, placed: readonly Placed[]) {
  return {
    name: task.name,
    actors: task.actors.length,
    recordsIn: sum(placed.map(({ stats }) => stats.recordsIn)),
    recordsOut: sum(placed.map(({ stats }) => stats.recordsOut)),
    finished: placed.length > 0 && placed.every(({ stats }) => stats.state === 'finished'),
  }
}

function share(part: number, whole: number): number {
  return Math.min(1, part / whole)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
