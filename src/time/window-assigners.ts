import { MillraceError } from '../errors.ts'

/** A stretch of time in ms, `start` within it, `end` not. Windows that know no time go from -Infinity to Infinity. */
export interface TimeWindow {
  readonly start: number
  readonly end: number
}

/** How long a session waits for its next record, in ms: the same for all, or by record. */
export type SessionGap = number | ((record: never) => number)

/** Windows as a graph holds them. A tumbling window slides by its size. */
export type WindowSpec =
  | { readonly type: 'sliding'; readonly sizeMs: number; readonly slideMs: number; readonly offsetMs: number }
  | { readonly type: 'session'; readonly gapMs: SessionGap }
  | { readonly type: 'global' }

/** The start of the last window, of those that begin every `slideMs`, that begins at `timestamp` or before. */
export function windowStart(timestamp: number, slideMs: number, offsetMs: number): number {
  const remainder = (timestamp - offsetMs) % slideMs
  return remainder < 0 ? timestamp - remainder - slideMs : timestamp - remainder
}

/** The last instant of a window in ms: the time of its results, and what a watermark has to come to for it to be complete. */
export function lastMsOf(end: number): number {
  return end - 1
}

/** When a window is forgotten; Infinity for never. */
export function cleanupTime(end: number, allowedLatenessMs: number): number {
  return end - 1 + allowedLatenessMs
}

/** Greatest common divisor of positive integers. */
export function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}

/**
 * The gap of a session that begins with a record.
 * @throws MillraceError MR_OPERATOR_FAILED when the function returns anything but a finite number above 0
 */
export function gapOf(gap: SessionGap, record: unknown): number {
  if (typeof gap === 'number') return gap
  const gapMs = gap(record as never)
  if (typeof gapMs === 'number' && gapMs > 0 && gapMs < Infinity) return gapMs
  throw new MillraceError(
    'MR_OPERATOR_FAILED',
    `the gap of a session must be a finite number of milliseconds above 0; gapMs returned ${String(gapMs)}`,
  )
}

/**
 * @param who needs the time, for the message
 * @throws MillraceError MR_EVENT_TIME_MISSING for NaN (a record without event time) and the infinities
 */
export function checkEventTime(timestamp: number, who = 'a window in event time'): void {
  if (Number.isFinite(timestamp)) return
  const what = Number.isNaN(timestamp) ? 'without event time' : `of event time ${timestamp}`
  throw new MillraceError('MR_EVENT_TIME_MISSING', `${who} met a record ${what}`)
}
