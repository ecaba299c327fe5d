import { describe, expect, test } from 'vitest'
import { BENCHED } from '../../../bench/harness/options.ts'
import type { TimedCheck } from '../../../bench/jobs/row-check.ts'
import * as rows from '../../../bench/workloads/rows.ts'
import type { Job } from '../../../src/index.ts'
import { launch } from '../../../src/index.ts'
import { QUERIES } from '../../nexmark/queries.ts'
import { AGREED } from '../../workloads/agreed.ts'

/** The rows of a query as those that the agreed checksum counts, hashed. */
const HASHES = {
  0: (found: rows.BidRow[]) => found.map(rows.hashBidRow),
  1: (found: rows.BidRow[]) => found.map(rows.hashBidRow),
  2: (found: rows.PriceRow[]) => found.map(rows.hashPriceRow),
  3: (found: rows.LocalItemRow[]) => found.map(rows.hashLocalItemRow),
  4: (found: rows.CategoryRow[]) => found.map(rows.hashCategoryRow),
  5: (found: rows.HotItemRow[]) => found.map(rows.hashHotItemRow),
  // One row for a window, however many bids are its highest.
  7: (found: rows.HighestRow[]) => [...new Map(found.map((row) => [row.windowEnd, row])).values()].map(rows.hashHighestRow),
  8: (found: rows.NewSellerRow[]) => found.map(rows.hashNewSellerRow),
  11: (found: rows.SessionRow[]) => found.map(rows.hashSessionRow),
} as const

const NUMBERS = [0, 1, 2, 3, 4, 5, 7, 8, 11] as const
const WORKERS = [1, 2, 5]

describe.each(NUMBERS)('q%i of 1,000,000 events gives the agreed checksum', (number) => {
  test.each(WORKERS)('with %i workers', async (workers) => {
    const run = await launch(QUERIES[number].job, { workers, config: { count: AGREED[`q${number}`].count, emit: 'final' } })
    const hashes = HASHES[number]((await run.outlet('rows').collect()) as never[])
    await run.done
    const checksum = hashes.reduce((sum, hash) => (sum + hash) >>> 0, 0)
    expect({ checksum, rows: hashes.length }).toEqual({ checksum: AGREED[`q${number}`].checksum, rows: AGREED[`q${number}`].rows })
  })
})

describe.each(BENCHED)('the job of the bench %s gives the agreed checksum', (query) => {
  const { count, checksum, rows: agreedRows } = AGREED[query]

  test.each(WORKERS)('with %i workers', async (workers) => {
    const { default: job } = (await import(new URL(`../../../bench/jobs/${query}.js`, import.meta.url).href)) as { default: Job }
    const run = await launch(job, { workers, config: { seed: 0, count } })
    const [row] = (await run.outlet('result').collect()) as [{ readonly check: TimedCheck }]
    await run.done
    expect(row.check).toMatchObject({ checksum, rows: agreedRows })
  })
})

test('every checksum that was agreed on has a query or a job', () => {
  const checked = new Set<string>([...NUMBERS.map((number) => `q${number}`), ...BENCHED])
  expect(Object.keys(AGREED).filter((query) => !checked.has(query))).toEqual([])
})
