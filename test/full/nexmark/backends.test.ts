/** NEXMark with state larger than memory: a cache with room for a few keys. */
import { describe, expect, test } from 'vitest'
import { BASE_MS } from '../../../bench/workloads/events.ts'
import { SimulatedDisk, simulate } from '../../../src/testing/index.ts'
import { EVENTS, NUMBERS, QUERIES, expectedRows, sortedRows } from '../../nexmark/queries.ts'

const LMDB = { type: 'lmdb', cacheBytes: 4096 } as const
const ROUTES = [0, 2_000].flatMap((disorderMs) => [1, 2, 5].map((workers) => ({ disorderMs, workers })))

describe.each(NUMBERS)('q%i gives the rows of the plain loop', (number) => {
  const query = QUERIES[number]
  const startMs = query.starts === undefined ? BASE_MS : Date.parse(query.starts[0]!)
  const events = { ...(query.events ?? EVENTS), startMs }

  test.each(ROUTES)('with $workers workers and disorder of $disorderMs ms', async ({ workers, disorderMs }) => {
    const config = { ...events, disorderMs, seed: workers, emit: 'final' }
    const { outlets } = await simulate(query.job, { seed: number, workers, config, backend: LMDB })
    expect(sortedRows(outlets['rows']!)).toEqual(expectedRows(query, events))
  })

  test.each([
    { before: 'memory' as const, after: LMDB },
    { before: LMDB, after: 'memory' as const },
  ])('stopped and gone on with the other backend on another number of workers (%#)', async ({ before, after }) => {
    const config = { ...events, disorderMs: 1_000, emit: 'final' }
    const options = { seed: number, config, disk: new SimulatedDisk(), batchRecords: 64 }
    const first = await simulate(query.job, { ...options, workers: 3, backend: before, stop: { afterMs: 3 } })
    const rows = [...first.outlets['rows']!]
    if (first.outcome === 'stopped') rows.push(...(await simulate(query.job, { ...options, workers: 2, backend: after })).outlets['rows']!)
    expect(sortedRows(rows)).toEqual(expectedRows(query, events))
  })
})
