import type { Aggregator } from '../../src/index.ts'
import { madeClock, nowMs } from './made-clock.ts'

/** What the job's outlet gives: the rows' check, and when the run began and ended. */
export interface TimedCheck {
  readonly checksum: number
  readonly rows: number
  readonly characters: number
  /** ms since 1970, with fractions; the earliest of all threads. Infinity where no record was made. */
  readonly firstMadeAtMs: number
  /** ms since 1970: when the last row had been hashed and the parts were merged. */
  readonly endedAtMs: number
}

type Part = { -readonly [Field in Exclude<keyof TimedCheck, 'endedAtMs'>]: TimedCheck[Field] }

/** Hashes every row where it is made; the sums of the threads are merged in one. `charactersOf` counts what q0 counts. */
export function rowCheck<Row>(hash: (row: Row) => number, charactersOf: (row: Row) => number = () => 0): Aggregator<Row, Part, TimedCheck> {
  return {
    create: () => ({ checksum: 0, rows: 0, characters: 0, firstMadeAtMs: Infinity }),
    add: (part, row) => {
      part.checksum = (part.checksum + hash(row)) | 0
      part.characters += charactersOf(row)
      part.rows++
      if (part.firstMadeAtMs === Infinity) part.firstMadeAtMs = madeClock.firstMadeAtMs
      return part
    },
    merge: (a, b) => {
      a.checksum = (a.checksum + b.checksum) | 0
      a.characters += b.characters
      a.rows += b.rows
      a.firstMadeAtMs = Math.min(a.firstMadeAtMs, b.firstMadeAtMs)
      return a
    },
    result: (part) => ({ ...part, checksum: part.checksum >>> 0, endedAtMs: nowMs() }),
  }
}
