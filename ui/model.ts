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
  | { readonly type: 'picture'; readonly picture: Picture }
  | { readonly type: 'log'; readonly entry: LogEntry }
  | { readonly type: 'connected'; readonly connected: boolean }

export const NOTHING: Model = { job: null, points: [], log: [], picture: null, connected: false }

export function changed(model: Model, change: Change): Model {
  switch (change.type) {
    case 'begin':
      return { ...change.begin, connected: true }
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

/** From this share of the time on a task counts as busy. */
const BUSY_SHARE = 0.5
/** A mailbox this full makes its senders wait. */
const FULL_SHARE = 0.5

/** By task of the job's shape: what it is doing most. It is blocked when one of its receivers is full, and it is not busy itself. */
export function conditions(job: JobPicture, picture: Picture | null): Map<number, Condition> {
  const progress = job.shape.tasks.map((shape, index) => ({ shape, now: picture?.progress.tasks[index] }))
  const full = new Set(progress.filter(({ now }) => (now?.mailboxShare ?? 0) >= FULL_SHARE).map(({ shape }) => shape.task))
  return new Map(
    progress.map(({ shape, now }) => {
      if (now?.finished === true) return [shape.task, 'finished']
      if ((now?.busyShare ?? 0) >= BUSY_SHARE) return [shape.task, 'busy']
      return [shape.task, shape.receivers.some((receiver) => full.has(receiver)) ? 'blocked' : 'idle']
    }),
  )
}
