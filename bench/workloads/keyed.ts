import { timeOf } from './events.ts'
import { draw, fieldSeed, recordSeed } from './hash.ts'
import { made } from './made.ts'

export const KEYS = 10_000

const DRAW_KEY = fieldSeed(30)
const DRAW_VALUE = fieldSeed(31)

export interface Keyed {
  readonly key: number
  readonly value: number
  readonly ts: number
}

/** Makes record `n` of the keyed sums: a key below 10,000 and a value below 1,000. */
export function makeKeyed(n: number): Keyed {
  const seed = recordSeed(n)
  const record: Keyed = { key: draw(seed + DRAW_KEY) % KEYS, value: draw(seed + DRAW_VALUE) % 1000, ts: timeOf(n) }
  made.record = record
  return record
}
