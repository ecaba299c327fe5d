import job0 from '../../examples/nexmark/q0.ts'
import job1 from '../../examples/nexmark/q1.ts'
import job2 from '../../examples/nexmark/q2.ts'
import job3 from '../../examples/nexmark/q3.ts'
import job4 from '../../examples/nexmark/q4.ts'
import job5 from '../../examples/nexmark/q5.ts'
import job6 from '../../examples/nexmark/q6.ts'
import job7 from '../../examples/nexmark/q7.ts'
import job8 from '../../examples/nexmark/q8.ts'
import job9 from '../../examples/nexmark/q9.ts'
import job11 from '../../examples/nexmark/q11.ts'
import job14 from '../../examples/nexmark/q14.ts'
import job15 from '../../examples/nexmark/q15.ts'
import job16 from '../../examples/nexmark/q16.ts'
import job17 from '../../examples/nexmark/q17.ts'
import job18 from '../../examples/nexmark/q18.ts'
import job19 from '../../examples/nexmark/q19.ts'
import job20 from '../../examples/nexmark/q20.ts'
import job21 from '../../examples/nexmark/q21.ts'
import job22 from '../../examples/nexmark/q22.ts'
import { q0 } from './oracles/q0.ts'
import { q1 } from './oracles/q1.ts'
import { q2 } from './oracles/q2.ts'
import { q3 } from './oracles/q3.ts'
import { q4 } from './oracles/q4.ts'
import { q5 } from './oracles/q5.ts'
import { q6 } from './oracles/q6.ts'
import { q7 } from './oracles/q7.ts'
import { q8 } from './oracles/q8.ts'
import { q9 } from './oracles/q9.ts'
import { q11 } from './oracles/q11.ts'
import { q14 } from './oracles/q14.ts'
import { q15 } from './oracles/q15.ts'
import { q16 } from './oracles/q16.ts'
import { q17 } from './oracles/q17.ts'
import { q18 } from './oracles/q18.ts'
import { q19 } from './oracles/q19.ts'
import { q20 } from './oracles/q20.ts'
import { q21 } from './oracles/q21.ts'
import { q22 } from './oracles/q22.ts'
import type { NexmarkConfig } from '../../examples/nexmark/events.ts'
import { eventAt } from '../../examples/nexmark/events.ts'
import type { Job } from '../../src/index.ts'
import type { Oracle } from './oracles/events.ts'

/** Queries of the benchmark, but for q10 (writes files), q12 (by the clock) and q13 (reads a file beside). */
export const NUMBERS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22] as const

/** 30 s of event time, so that disorder and windows matter; auctions are open for up to 20 s. */
export const EVENTS = { count: 3_000, eventsPerSecond: 100 }
/** More persons and auctions, for queries that leave out all the bids. */
const MORE = { events: { count: 20_000, eventsPerSecond: 500 } }

export interface Query {
  readonly job: Job
  readonly oracle: Oracle
  /** Where others are needed than {@link EVENTS}. */
  readonly events?: typeof EVENTS
  /** Times at which the events may begin, UTC: for queries to which the time of the day matters. */
  readonly starts?: readonly string[]
  /** Of queries whose rows change: the fields that tell which row it is. */
  readonly key?: readonly string[]
}

const query = (job: unknown, oracle: Oracle, more: Partial<Query> = {}): Query => ({ job: job as Job, oracle, ...more })
const MIDNIGHT = { starts: ['2020-12-31T23:59:45Z'] }

/** By number: what runs, and what it should give. */
export const QUERIES: Record<(typeof NUMBERS)[number], Query> = {
  0: query(job0, q0),
  1: query(job1, q1),
  2: query(job2, q2),
  3: query(job3, q3, MORE),
  4: query(job4, q4, { key: ['category'] }),
  5: query(job5, q5),
  6: query(job6, q6),
  7: query(job7, q7),
  8: query(job8, q8, MORE),
  9: query(job9, q9),
  11: query(job11, q11),
  14: query(job14, q14, { starts: ['06:59', '07:59', '18:59', '19:59'].map((time) => `2020-09-13T${time}:45Z`) }),
  15: query(job15, q15, { ...MIDNIGHT, key: ['day'] }),
  16: query(job16, q16, { ...MIDNIGHT, key: ['channel', 'day'] }),
  17: query(job17, q17, { ...MIDNIGHT, key: ['auction', 'day'] }),
  18: query(job18, q18, { key: ['bidder', 'auction'] }),
  19: query(job19, q19, { key: ['auction', 'rank'] }),
  20: query(job20, q20),
  21: query(job21, q21),
  22: query(job22, q22),
}

/** Rows that the plain loop gives, sorted. */
export function expectedRows({ oracle }: Query, config: Pick<NexmarkConfig, 'count' | 'eventsPerSecond' | 'startMs'>): string[] {
  return sortedRows(oracle(Array.from({ length: config.count }, (_, n) => eventAt(n, config))))
}

/** Rows as texts in an order of their own, whatever the order of rows and fields was: equal for equal multisets. */
export function sortedRows(rows: readonly unknown[]): string[] {
  return rows.map((row) => JSON.stringify(canonical(row))).sort()
}

function canonical(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => [name, canonical(field)])
}
