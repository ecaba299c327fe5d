import { timeOf } from './events.ts'
import { draw } from './hash.ts'
import { made } from './made.ts'

export const KEYS = 10_000

export interface Keyed {
  readonly key: number
  readonly value: number
  readonly ts: number
}

/** Makes record `n` of the keyed sums: a key below 10,000 and a value below 1,000. */
export function makeKeyed(n: number): Keyed {
  const record: Keyed = { key: draw(n, 30) % KEYS, value: draw(n, 31) % 1000, ts: timeOf(n) }
  made.record = record
  return record
}
