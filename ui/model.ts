import { UI_LOG_ENTRIES_MAX, UI_POINTS_MAX } from '../src/ui/ui-limits.ts'
import type { LogEntry } from '../src/ui/run-log.ts'
import type { JobPicture } from '../src/ui/job-picture.ts'
import type { Picture, Point } from '../src/ui/picture.ts'
import type { Begin } from './server.ts'

/** Everything that the page shows. */
export interface Model {
  readonly job: JobPicture | null
  readonly points: readonly Point[]
  readonly log: readonly LogEntry[]
  readonly picture: Picture | null
  readonly connected: boolean
}

export type Change =
  | { readonly type: 'begin'; readonly begin: Begin }
  | { readonly type: 'job'; readonly job: JobPicture }
  | { readonly type: 'picture'; readonly picture: Picture }
  | { readonly type: 'log'; readonly entry: LogEntry }
  | { readonly type: 'connected'; readonly connected: boolean }

export const NOTHING: Model = { job: null, points: [], log: [], picture: null, connected: false }

export function changed(model: Model, change: Change): Model {
  switch (change.type) {
    case 'begin':
      return { ...change.begin, connected: true }
    case 'job':
      return { ...model, job: change.job }
    case 'picture':
      return { ...model, picture: change.picture, points: [...model.points, change.picture.point].slice(-UI_POINTS_MAX) }
    case 'log':
      return { ...model, log: [...model.log, change.entry].slice(-2 * UI_LOG_ENTRIES_MAX) }
    case 'connected':
      return { ...model, connected: change.connected }
  }
}

/** What the run does now, for the heading: its state, unless it is over. */
export function stateOf({ picture, log, connected }: Model): string {
  const ended = log.findLast(({ type }) => type === 'ended')
  if (ended?.type === 'ended') return ended.outcome
  if (!connected) return 'not reachable'
  return picture?.progress.state ?? 'starting'
}

export type Condition = 'idle' | 'busy' | 'blocked' | 'finished'

/** By task of the job's shape: what it did most over the last second or so. */
export function conditions(job: JobPicture, picture: Picture | null): Map<number, Condition> {
  return new Map(
    job.shape.tasks.map(({ task }, index) => {
      const now = picture?.progress.tasks[index]
      return [task, now === undefined ? 'idle' : conditionOf(now)]
    }),
  )
}

/** Of a task, or of one of its actors. */
export function conditionOf({
  finished,
  busyShare,
  blockedShare,
}: Pick<Picture['progress']['tasks'][number], 'finished' | 'busyShare' | 'blockedShare'>): Condition {
  if (finished) return 'finished'
  const idleShare = 1 - busyShare - blockedShare
  if (idleShare > Math.max(busyShare, blockedShare)) return 'idle'
  return busyShare >= blockedShare ? 'busy' : 'blocked'
}
