import type { CheckpointStats } from '../core/checkpoint-measures.ts'
import type { RunStats } from '../control/protocol.ts'
import type { ActorStats } from '../worker/worker-stats.ts'
import type { Bottleneck } from './bottleneck.ts'
import type { JobShape, TaskShape } from './job-shape.ts'
import { shareRead } from './share-read.ts'
import { taskLoads } from './task-loads.ts'

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
  /** Shares from 0 to 1 over the last second or so: of the busiest actor, of the one that lacked credit longest, of the fullest mailbox. */
  readonly busyShare: number
  readonly blockedShare: number
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
  readonly hotKeys: RunStats['hotKeys']
  readonly balance: RunStats['balance']
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
  const { attempt, state, restarts, checkpoint, checkpoints, bottleneck, hotKeys, balance } = now.stats
  const share = shareRead(shape, now.stats)
  return {
    attempt,
    state,
    restarts,
    checkpoint,
    checkpoints,
    tasks: taskProgress(shape, before, now),
    bottleneck,
    hotKeys,
    balance,
    share,
    remainingMs: share === null ? null : remaining(share, shareRead(shape, first.stats) ?? 0, now.atMs - first.atMs),
  }
}

/** Null while nothing was read, as after a restart from an old checkpoint. */
function remaining(share: number, shareBefore: number, elapsedMs: number): number | null {
  const gained = share - shareBefore
  return gained > 0 ? (elapsedMs * (1 - share)) / gained : null
}

function actorsOf(stats: RunStats): Map<number, ActorStats> {
  return new Map(stats.workers.flatMap(({ actors }) => actors.map((actor) => [actor.id, actor] as const)))
}

function taskProgress(shape: JobShape, before: Sample | null, now: Sample): TaskProgress[] {
  // Counters begin anew with every attempt.
  const comparable = before !== null && before.stats.attempt === now.stats.attempt
  const earlier = comparable ? actorsOf(before.stats) : new Map<number, ActorStats>()
  const intervalMs = comparable ? Math.max(1, now.atMs - before.atMs) : Infinity
  const actors = actorsOf(now.stats)
  const read = (id: number): number => (actors.get(id)?.recordsIn ?? 0) - (earlier.get(id)?.recordsIn ?? 0)
  return taskLoads(shape, now.stats.workers).map(({ busyShare, blockedShare, mailboxShare }, i) => {
    const task = shape.tasks[i]!
    const recordsPerSecond = (sum(task.actors.map(read)) / intervalMs) * 1000
    const placed = task.actors.flatMap((id) => actors.get(id) ?? [])
    return {
      ...counters(task, placed),
      recordsPerSecond,
      busyShare,
      blockedShare,
      mailboxShare: task.mailboxBytes === 0 ? null : mailboxShare,
    }
  })
}

function counters(task: TaskShape, placed: readonly ActorStats[]) {
  return {
    name: task.name,
    actors: task.actors.length,
    recordsIn: sum(placed.map(({ recordsIn }) => recordsIn)),
    recordsOut: sum(placed.map(({ recordsOut }) => recordsOut)),
    finished: placed.length > 0 && placed.every(({ state }) => state === 'finished'),
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
