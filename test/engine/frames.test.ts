import { expect, test } from 'vitest'
import { makeEvent } from '../../bench/workloads/events.ts'
import { makeKeyed } from '../../bench/workloads/keyed.ts'
import { spanOf } from '../../bench/workloads/span.ts'
import { makeLine } from '../../bench/workloads/text.ts'
import type { Job, LaunchOptions } from '../../src/index.ts'
import { inTier } from '../tier.ts'
import { captureRun } from './captured.ts'
import type { Captured } from './captured.ts'
import { temporaryDir } from './run-job.ts'

const SEED = 3
const COUNT = 2_500
const { first } = spanOf(SEED, COUNT)
const numbers = Array.from({ length: COUNT }, (_, row) => first + row)

/** How frames come about; each must be decodable alone, by anybody. */
const WAYS: Record<string, LaunchOptions> = {
  'as shipped': {},
  'in fragments': { ringBytes: 4096, mailboxBytes: 8192, batchRecords: 512 },
  'by the interpreted codec, in small batches': { codec: 'interpreted', batchRecords: 50 },
}

async function capture(query: string, options: LaunchOptions): Promise<Captured> {
  const { default: job } = (await import(new URL(`../../bench/jobs/${query}.js`, import.meta.url).href)) as { default: Job }
  const captured = await captureRun(job, temporaryDir(), { workers: 2, ...options, config: { seed: SEED, count: COUNT } })
  expect(captured.frames).toBeGreaterThan(2)
  if (options.ringBytes !== undefined) expect(captured.fragments).toBeGreaterThan(0)
  return captured
}

/** The same records, whichever channel brought them first. */
function expectSameRecords(found: readonly unknown[] | undefined, expected: readonly unknown[]): void {
  const text = (records: readonly unknown[]): string[] => records.map((record) => JSON.stringify(record)).sort()
  expect(found?.length).toBe(expected.length)
  expect(text(found!)).toEqual(text(expected))
}

/** What partial rows of a combiner add up to, by key. */
function totals(partials: readonly unknown[], field: string): Map<unknown, number> {
  const sums = new Map<unknown, number>()
  for (const partial of partials as Record<string, number>[]) sums.set(partial['key'], (sums.get(partial['key']) ?? 0) + partial[field]!)
  return sums
}

/** By query, what its frames hold. */
const HOLDS: Record<string, (captured: Captured) => void> = {
  // Every event as it was made, with its time.
  q0: ({ records, timestamps }) => {
    expectSameRecords(records.get('events'), numbers.map(makeEvent))
    expect(timestamps.get('events')).toEqual((records.get('events') as { ts: number }[]).map(({ ts }) => ts))
  },

  // Every event, and every bid behind the filter.
  q1: ({ records }) => {
    expectSameRecords(records.get('events'), numbers.map(makeEvent))
    expectSameRecords(
      records.get('filter-1'),
      numbers.map(makeEvent).filter(({ kind }) => kind === 'bid'),
    )
  },

  // Partial sums that add up to those of the records.
  ks: ({ records }) => {
    const expected = totals(numbers.map(makeKeyed), 'value')
    expect(totals(records.get('sum.combine')!, 'sum')).toEqual(expected)
  },

  // Every record as it was made, with its time.
  'ks-every': ({ records, timestamps }) => {
    expectSameRecords(records.get('records'), numbers.map(makeKeyed))
    expect(timestamps.get('records')).toEqual((records.get('records') as { ts: number }[]).map(({ ts }) => ts))
    expect(records.get('sum')!.length).toBe(COUNT)
  },

  // Every line, partial counts that add up, and every word once behind them.
  wc: ({ records }) => {
    const lines = numbers.map(makeLine)
    expectSameRecords(records.get('lines'), lines)
    const words = totals(
      lines.flatMap((line) => line.split(' ')).map((key) => ({ key, count: 1 })),
      'count',
    )
    expect(totals(records.get('count.combine')!, 'count')).toEqual(words)
    expectSameRecords(
      records.get('count'),
      [...words].map(([key, count]) => ({ key, count })),
    )
  },
}

const ALL = Object.keys(WAYS).flatMap((way) => Object.keys(HOLDS).map((query) => ({ way, query })))
/** Each query, and each way. */
const SOME = Object.keys(HOLDS).map((query, i) => ({ way: Object.keys(WAYS)[i % 3]!, query }))

test.each(inTier(SOME, ALL))('frames $way, read by an independent decoder, hold the records of $query', async ({ way, query }) => {
  const expectRecords = HOLDS[query]!
  expectRecords(await capture(query, WAYS[way]!))
})
