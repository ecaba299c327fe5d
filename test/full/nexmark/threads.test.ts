import { describe, expect, test } from 'vitest'
import { BASE_MS } from '../../../bench/workloads/events.ts'
import { launch } from '../../../src/index.ts'
import { QUERIES, expectedRows, sortedRows } from '../../nexmark/queries.ts'

const EVENTS = { count: 20_000, eventsPerSecond: 500, startMs: BASE_MS }
// Timers and connected streams, sliding windows, timers after timers, windows over all, sessions, tables, joins.
const CHOSEN = [3, 4, 5, 6, 7, 8, 9, 11, 16, 19, 20] as const

describe.each(CHOSEN)('q%i on threads gives the rows of the plain loop', (number) => {
  test.each([1, 2, 5])('with %i workers, out of order by up to 2 s', async (workers) => {
    const query = QUERIES[number]
    const config = { ...EVENTS, disorderMs: 2_000, seed: number, emit: 'final' }
    const run = await launch(query.job, { workers, config })
    const rows = await run.outlet('rows').collect()
    await run.done
    const expected = expectedRows(query, EVENTS)
    expect(expected.length).toBeGreaterThan(1)
    expect(sortedRows(rows)).toEqual(expected)
  })
})
