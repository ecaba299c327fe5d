import type { TimedCheck } from '../../bench/jobs/row-check.ts'
import { loadLoops } from '../../bench/loops/registry.ts'
import type { QueryName } from '../../bench/loops/registry.ts'
import { spanOf } from '../../bench/workloads/span.ts'
import { expect } from 'vitest'
import type { Job, LaunchOptions } from '../../src/index.ts'
import { collect } from './run-job.ts'

export const QUERIES = ['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q7', 'q8', 'q11', 'ks', 'ks-every', 'wc'] as const

const SEED = 7

/** Every option that changes how records travel, one after the other. */
export const ROUTES: Record<string, LaunchOptions> = {
  '1 worker': { workers: 1 },
  '2 workers': { workers: 2 },
  '3 workers': { workers: 3 },
  '5 workers': { workers: 5 },
  'batches of 1': { workers: 2, batchRecords: 1 },
  'batches of 7': { workers: 3, batchRecords: 7 },
  'batches of 4,096': { workers: 2, batchRecords: 4096 },
  'no chaining': { workers: 2, chaining: 'off' },
  'rings only': { workers: 2, transport: 'ring', chaining: 'off' },
  'rings only on 1 worker': { workers: 1, transport: 'ring', chaining: 'off', batchRecords: 7 },
  'rings of 4 KiB, so that batches are fragments': { workers: 2, transport: 'ring', chaining: 'off', ringBytes: 4096 },
  'mailboxes of 1 KiB, so that batches are fragments': { workers: 3, mailboxBytes: 1024 },
  'tiny rings and mailboxes, large batches': { workers: 5, ringBytes: 4096, mailboxBytes: 2048, batchRecords: 4096 },
  'interpreted codec': { workers: 2, codec: 'interpreted', transport: 'ring' },
  'interpreted codec, frozen records, no chaining': { workers: 3, codec: 'interpreted', freezeRecords: true, chaining: 'off' },
  'frozen records': { workers: 2, freezeRecords: true, transport: 'ring', chaining: 'off' },
  'records that are not frozen': { workers: 2, freezeRecords: false },
  'a checkpoint every 10 ms': { workers: 2, checkpointIntervalMs: 10 },
  'more workers than a tiny mailbox has bytes for': { workers: 16, mailboxBytes: 1024, batchRecords: 64 },
  'one key group per worker': { workers: 3, keyGroups: 3 },
}

/** Runs the job of a query by one route and compares its checksum with that of the plain loop. */
export async function expectChecksumOfLoop(query: QueryName, route: string): Promise<void> {
  const options = ROUTES[route]!
  const slow = options.batchRecords === 1 || options.ringBytes === 4096 || options.mailboxBytes !== undefined
  const count = slow ? 3_000 : 20_000
  const { default: job } = (await import(new URL(`../../bench/jobs/${query}.js`, import.meta.url).href)) as { default: Job }
  const { naive } = await loadLoops(query)
  const rows = await collect<{ check: TimedCheck }>(job, { ...options, config: { seed: SEED, count } })
  const { checksum, rows: checkedRows, characters } = naive(spanOf(SEED, count))
  expect(rows.length).toBe(1)
  expect(rows[0]!.check).toMatchObject({ checksum, rows: checkedRows, ...(query === 'q0' && { characters }) })
}
