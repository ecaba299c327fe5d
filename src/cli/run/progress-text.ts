import { alignRows, clip } from '../align.ts'
import { printableLine } from '../printable.ts'
import { bytesText, clockText, countText, percentText, plural } from '../quantities.ts'
import type { Bottleneck } from '../../observe/bottleneck.ts'
import type { HotKey } from '../../state/heavy-hitters.ts'
import type { Progress, TaskProgress } from '../../observe/progress.ts'

/** When and where a picture of progress is taken. */
export interface Moment {
  readonly job: string
  readonly elapsedMs: number
  /** Since the newest checkpoint completed; null when none has. */
  readonly checkpointAgeMs: number | null
}

/** Lines shown of a job with very many tasks. */
const TASK_LINES_MAX = 24
/** Waits that are shorter than this share of the time are not shown. */
const BLOCKED_SHOWN = 0.01
/** Keys with less of an operator's records are not shown, nor more of them, nor those of more operators. */
const HOT_SHOWN = 0.1
const HOT_KEYS_MAX = 3

/** The block of lines that is redrawn on a terminal, no line wider than `width`. */
export function progressBlock(progress: Progress, moment: Moment, width: number): string[] {
  const shown = progress.tasks.slice(0, TASK_LINES_MAX)
  const waits = shown.some(({ blockedShare, finished }) => blockedShare >= BLOCKED_SHOWN && !finished)
  const nameWidth = Math.max(12, width - (waits ? 71 : 58))
  const rows = shown.map((task) => taskRow(task, nameWidth, waits))
  const hidden = progress.tasks.length - shown.length
  const lines = [
    headline(progress, moment),
    ...alignRows(rows, [1, 2, 3, 4, 5]),
    ...(hidden > 0 ? [`  and ${hidden} more`] : []),
    `  bottleneck: ${bottleneckText(progress.bottleneck)}`,
    ...hotText(progress).map((text) => `  ${text}`),
    ...(progress.balance === null ? [] : [`  uneven: ${balanceText(progress.balance)}`]),
  ]
  return lines.map((line) => clip(line, width))
}

/** The same in one line, for logs. */
export function progressLine(progress: Progress, moment: Moment): string {
  const rates = progress.tasks
    .filter(({ finished }) => !finished)
    .map(({ name, recordsPerSecond }) => `${name} ${countText(recordsPerSecond)}/s`)
  const fullest = Math.max(0, ...progress.tasks.map(({ mailboxShare }) => mailboxShare ?? 0))
  const line = [
    headline(progress, moment),
    ...rates,
    `fullest mailbox ${percentText(fullest)}`,
    `bottleneck: ${bottleneckText(progress.bottleneck)}`,
    ...hotText(progress),
    ...(progress.balance === null ? [] : [`uneven: ${balanceText(progress.balance)}`]),
  ].join(' · ')
  return printableLine(line)
}

function headline(progress: Progress, { job, elapsedMs, checkpointAgeMs }: Moment): string {
  const { attempt, state, checkpoint, checkpoints, share, remainingMs } = progress
  const { latest, failed } = checkpoints
  const age = checkpointAgeMs === null ? '' : `, ${(checkpointAgeMs / 1000).toFixed(1)} s ago`
  const parts = [job, clockText(elapsedMs), ...(state === 'running' ? [] : [state])]
  if (attempt > 1) parts.push(`attempt ${attempt}`)
  const size = latest === null ? '' : `, ${bytesText(latest.bytes)} in ${Math.round(latest.tookMs)} ms`
  parts.push(checkpoint === 0 ? 'no checkpoint yet' : `checkpoint ${checkpoint}${age}${size}`)
  if (failed > 0) parts.push(plural(failed, 'failed checkpoint'))
  if (share !== null) parts.push(percentText(share))
  if (remainingMs !== null && share !== 1) parts.push(`about ${clockText(remainingMs)} left`)
  return parts.join(' · ')
}

/** @param waits some task has to tell of waits for credit */
function taskRow(task: TaskProgress, nameWidth: number, waits: boolean): string[] {
  const { recordsIn, recordsPerSecond, busyShare, blockedShare, mailboxShare } = task
  const name = `  ${clip(task.name, nameWidth)}`
  const blocked = blockedShare < BLOCKED_SHOWN ? '' : `waits ${percentText(blockedShare)}`
  if (task.finished) return [name, countText(recordsIn), '', '', ...(waits ? [''] : []), 'finished']
  return [
    name,
    countText(recordsIn),
    `${countText(recordsPerSecond)}/s`,
    `busy ${percentText(busyShare)}`,
    ...(waits ? [blocked] : []),
    mailboxShare === null ? '' : `mailbox ${percentText(mailboxShare)}`,
  ]
}

function hotText({ hotKeys }: Progress): string[] {
  return hotKeys
    .map(({ operator, keys }) => ({ operator, hot: keys.filter(({ share, error }) => share - error >= HOT_SHOWN).slice(0, HOT_KEYS_MAX) }))
    .filter(({ hot }) => hot.length > 0)
    .slice(0, HOT_KEYS_MAX)
    .map(({ operator, hot }) => `hot keys of ${operator}: ${hot.map(hotKeyText).join(', ')}`)
}

function hotKeyText({ key, share, error }: HotKey): string {
  const shown = typeof key === 'string' ? JSON.stringify(clip(key, 24)) : String(key)
  return `${shown} ${percentText(share)} (± ${Math.ceil(error * 100)})`
}

/** Nothing moves by itself, so it is said as what had better be. */
function balanceText({ reason, moves, after }: NonNullable<Progress['balance']>): string {
  return `${reason}; at most ${percentText(Math.max(...after))} if ${moves.join(', ')} (placement by load)`
}

export function bottleneckText(bottleneck: Bottleneck | null): string {
  if (bottleneck === null) return 'none, the job keeps up with its input'
  const { name, reason, busyShare, sendersBlockedShare } = bottleneck
  const waiting = sendersBlockedShare < BLOCKED_SHOWN ? '' : `, senders wait ${percentText(sendersBlockedShare)}`
  return `${name} (${reason}, busy ${percentText(busyShare)}${waiting})`
}
