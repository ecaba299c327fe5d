import type { BadRecords } from '../actor/record-guard.ts'
import type { Plan } from '../graph/plan.ts'
import type { JobShape } from '../observe/job-shape.ts'
import { mergedBadRecords } from '../observe/bad-records.ts'
import { type Progress, type Sample, progressBetween } from '../observe/progress.ts'
import type { ActorStats } from '../worker/worker-stats.ts'
import { type WorkerPicture, layoutPicture } from './layout-picture.ts'

/** What the charts show of one moment. */
export interface Point {
  /** Milliseconds since 1970. */
  readonly atMs: number
  /** That sources have read, since the point before. */
  readonly recordsPerSecond: number
  /** Of the newest latency markers, where they have come furthest; null without `latencyMarkersMs`. */
  readonly latency: { readonly p50Ms: number; readonly p99Ms: number } | null
  /** Behind the wall clock, of the actor that is last; null where there is no event time. */
  readonly watermarkLagMs: number | null
  /** Of the fullest mailbox, 0 to 1: where it is full, senders have no credit. */
  readonly mailboxShare: number
  /** Of the last second or so, for which the actor that waited longest had no credit, 0 to 1. */
  readonly creditWaitShare: number
  /** Received and unprocessed, of all actors. */
  readonly mailboxBytes: number
  /** Of the newest checkpoint; null before the first. */
  readonly stateBytes: number | null
  /** By worker. */
  readonly heapBytes: readonly number[]
}

/** What the dashboard shows of one moment. */
export interface Picture {
  readonly progress: Progress
  readonly edges: readonly { readonly edge: number; readonly recordsPerSecond: number }[]
  readonly workers: readonly WorkerPicture[]
  readonly badRecords: readonly BadRecords[]
  readonly point: Point
}

/** @param before the look before, by the same clock; null: the first */
export function pictureBetween(plan: Plan, shape: JobShape, before: Sample | null, now: Sample, first: Sample, atMs: number): Picture {
  const progress = progressBetween(shape, before, now, first)
  const comparable = before?.stats.attempt === now.stats.attempt ? before : null
  const intervalMs = comparable === null ? Infinity : Math.max(1, now.atMs - comparable.atMs)
  const actors = actorsOf(now)
  const earlier = comparable === null ? new Map<number, ActorStats>() : actorsOf(comparable)
  const edges = plan.edges.map(({ id, fromTask }) => {
    const output = plan.edges.filter((edge) => edge.fromTask === fromTask).findIndex((edge) => edge.id === id)
    const senders = plan.actors.filter(({ task }) => task === fromTask)
    const sent = sum(senders.map((actor) => (actors.get(actor.id)?.outputs[output] ?? 0) - (earlier.get(actor.id)?.outputs[output] ?? 0)))
    return { edge: id, recordsPerSecond: (Math.max(0, sent) / intervalMs) * 1000 }
  })
  const workers = layoutPicture(plan, now.stats.workers)
  const badRecords = mergedBadRecords([...actors.values()])
  return { progress, edges, workers, badRecords, point: pointOf(shape, progress, now, [...actors.values()], atMs) }
}

function pointOf(shape: JobShape, progress: Progress, now: Sample, actors: readonly ActorStats[], atMs: number): Point {
  const sources = new Set(shape.sources)
  const latencies = actors.flatMap((actor) => actor.latency)
  const watermarks = actors.flatMap(({ watermarkMs, state }) => (watermarkMs === null || state === 'finished' ? [] : [watermarkMs]))
  return {
    atMs,
    recordsPerSecond: sum(progress.tasks.filter((_, index) => sources.has(shape.tasks[index]!.task)).map((task) => task.recordsPerSecond)),
    latency:
      latencies.length === 0
        ? null
        : {
            p50Ms: Math.max(...latencies.map(({ recent }) => recent.p50Ms)),
            p99Ms: Math.max(...latencies.map(({ recent }) => recent.p99Ms)),
          },
    watermarkLagMs: watermarks.length === 0 ? null : atMs - Math.min(...watermarks),
    mailboxShare: Math.max(0, ...progress.tasks.map(({ mailboxShare }) => mailboxShare ?? 0)),
    creditWaitShare: Math.max(0, ...progress.tasks.map(({ blockedShare }) => blockedShare)),
    mailboxBytes: sum(actors.map(({ mailboxBytes }) => mailboxBytes)),
    stateBytes: progress.checkpoints.latest?.bytes ?? null,
    heapBytes: now.stats.workers.map(({ heapBytes }) => heapBytes),
  }
}

function actorsOf(sample: Sample): Map<number, ActorStats> {
  return new Map(sample.stats.workers.flatMap(({ actors }) => actors.map((actor) => [actor.id, actor] as const)))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
