import { MillraceError } from '../errors.ts'
import { EVENT_TIME_MS_MAX } from '../limits.ts'

/** True for what `eventTime` of a source may return: a time, or NaN for a record that has none. */
export function isEventTime(given: unknown): given is number {
  return typeof given === 'number' && !(given > EVENT_TIME_MS_MAX || given < -EVENT_TIME_MS_MAX)
}

/** @throws MillraceError MR_EVENT_TIME_INVALID */
export function refuseEventTime(given: unknown): never {
  throw new MillraceError('MR_EVENT_TIME_INVALID', `eventTime returned ${described(given)}, which is no number of milliseconds since 1970`)
}

/** @throws MillraceError MR_EVENT_TIME_INVALID for a watermark that is no number; infinite ones are none yet, and the end */
export function checkWatermark(given: unknown): number {
  if (typeof given === 'number' && !Number.isNaN(given)) return given
  throw new MillraceError(
    'MR_EVENT_TIME_INVALID',
    `watermark() of a generator returned ${described(given)}, which is no number of milliseconds since 1970, nor -Infinity`,
  )
}

function described(given: unknown): string {
  if (given instanceof Date) return 'a Date'
  if (typeof given === 'object' && given !== null) return 'an object'
  if (typeof given === 'string') return JSON.stringify(given.slice(0, 40))
  return typeof given === 'bigint' ? `${given}n` : String(given)
}
