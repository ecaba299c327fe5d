import type { Key } from '../src/actor/operator-kit.ts'
import { MillraceError } from '../src/errors.ts'

/** The key of a record as a graph holds it. */
export type JoinKey = string | ((record: unknown) => Key)

export function keyReader(key: JoinKey): (record: unknown) => Key {
  return typeof key === 'string' ? (record) => (record as Record<string, Key>)[key]! : key
}

/** @throws MillraceError MR_EVENT_TIME_MISSING */
export function requireTime(timestamp: number, operator: string): void {
  if (Number.isFinite(timestamp)) return
  const what = Number.isNaN(timestamp) ? 'without event time' : `of event time ${timestamp}`
  throw new MillraceError('MR_EVENT_TIME_MISSING', `${operator} met a record ${what}`)
}
