import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { BASE_MS } from '../../bench/workloads/events.ts'
import { channelId } from '../../examples/nexmark/q21.ts'
import { SimulatedDisk, runToEnd, simulate } from '../../src/testing/index.ts'
import { EVENTS, NUMBERS, QUERIES, expectedRows, sortedRows } from './queries.ts'
import { inTier } from '../tier.ts'

/** A cache with room for a few keys, so that nearly all state is fetched. */
const BACKENDS = { memory: 'memory', lmdb: { type: 'lmdb', cacheBytes: 4096 } } as const
const WORKERS = [1, 2, 5]
const DISORDERS_MS = [0, 2_000]

const ROUTES = DISORDERS_MS.flatMap((disorderMs) => WORKERS.map((workers) => ({ disorderMs, workers })))
/** All routes with the second backend are in test/full/nexmark/. */
const RUNS = [
  ...ROUTES.map((route) => ({ backend: 'memory' as const, ...route })),
  { backend: 'lmdb' as const, disorderMs: 2_000, workers: 2 },
]

test('every query of the benchmark is here, with a file and an oracle', () => {
  const files = readdirSync(new URL('../../examples/nexmark', import.meta.url)).flatMap((name) => /^q(\d+)\.js$/.exec(name)?.[1] ?? [])
  expect(files.map(Number).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22])
  expect(Object.keys(QUERIES).map(Number)).toEqual([...NUMBERS])
  for (const number of NUMBERS) {
    expect(QUERIES[number].job.name).toBe(`q${number}`)
    expect(QUERIES[number].oracle).toBeTypeOf('function')
  }
})

describe.each(NUMBERS)('q%i gives the rows of the plain loop', (number) => {
  const query = QUERIES[number]
  const expected = new Map<number, string[]>()
  const startOf = (run: number): number => (query.starts === undefined ? BASE_MS : Date.parse(query.starts[run % query.starts.length]!))

  test.each(inTier([RUNS[1]!, RUNS[5]!], RUNS).map((run, i) => ({ ...run, startMs: startOf(i) })))(
    'with $workers workers and disorder of $disorderMs ms ($backend, from $startMs)',
    async ({ backend, workers, disorderMs, startMs }) => {
      const events = { ...(query.events ?? EVENTS), startMs }
      if (!expected.has(startMs)) expected.set(startMs, expectedRows(query, events))
      const config = { ...events, disorderMs, seed: workers, emit: 'final' }
      const { outlets } = await simulate(query.job, { seed: number, workers, config, backend: BACKENDS[backend] })
      expect(expected.get(startMs)!.length).toBeGreaterThan(1)
      expect(sortedRows(outlets['rows']!)).toEqual(expected.get(startMs))
    },
  )
})

describe.each(NUMBERS.filter((number) => QUERIES[number].key !== undefined))('q%i, its rows told as they change', (number) => {
  test('ends with the rows of the plain loop', async () => {
    const query = QUERIES[number]
    const events = { count: 2_000, eventsPerSecond: 100, startMs: Date.parse(query.starts?.[0] ?? '2020-09-13T12:26:40Z') }
    const config = { ...events, disorderMs: 500, emit: 'changes' }
    const { rows } = (await runToEnd(query.job, {}, { seed: number, workers: 2, config })) as { rows: Record<string, unknown>[] }
    const last = new Map(rows.map((row) => [query.key!.map((field) => row[field]).join(' '), row]))
    expect(sortedRows([...last.values()])).toEqual(expectedRows(query, events))
  })
})

test('q21 takes the id of an unknown channel from the url', () => {
  expect(channelId('channel-1', 'https://www.nexmark.com/a/item.htm?query=1&channel_id=77&x=1')).toBe('77')
  expect(channelId('channel-1', 'https://www.nexmark.com/a/item.htm?query=1')).toBeUndefined()
  expect(channelId('BAIDU', '')).toBe('3')
})

test.each(
  inTier(
    [{ before: 2, after: 3 }],
    [
      { before: 3, after: 1 },
      { before: 2, after: 5 },
    ],
  ),
)('stopped on $before workers and gone on with on $after, each query gives every row once', async ({ before, after }) => {
  let stopped = 0
  for (const number of NUMBERS) {
    const query = QUERIES[number]
    const events = { ...(query.events ?? EVENTS), startMs: Date.parse(query.starts?.[0] ?? '2020-09-13T12:26:40Z') }
    const config = { ...events, disorderMs: 1_000, emit: 'final' }
    const options = { seed: number, config, disk: new SimulatedDisk(), batchRecords: 64 }
    const first = await simulate(query.job, { ...options, workers: before, stop: { afterMs: 3 } })
    const rows = [...first.outlets['rows']!]
    if (first.outcome === 'stopped') {
      stopped++
      rows.push(...(await simulate(query.job, { ...options, workers: after })).outlets['rows']!)
    }
    expect(sortedRows(rows), `q${number}`).toEqual(expectedRows(query, events))
  }
  expect(stopped).toBeGreaterThan(NUMBERS.length / 2)
})
