import { describe, expect, test } from 'vitest'
import { defineJob, value } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { type Config, type Sale, forgetFailure, job } from './jobs/connected-job.ts'

const COUNT = 600

async function outlets(config: Config, options: object): Promise<Record<string, Sale[]>> {
  forgetFailure()
  const run = await simulate(job, { config, ...options })
  return run.outlets as unknown as Record<string, Sale[]>
}

/** What came, each record once: those of an interrupted checkpoint interval come again. */
function once(sales: readonly Sale[]): Sale[] {
  return [...new Map(sales.map((sale) => [`${sale.n} ${sale.name}`, sale])).values()].sort((a, b) => a.n - b.n)
}

const runs = [
  ['', { count: COUNT, failAt: -1 }],
  [' after a crash', { count: COUNT, failAt: 400 }],
] as const

describe.each(runs)('connected streams%s', (_, config) => {
  test('share state: each item meets its person, whichever comes first', async () => {
    for (const seed of [1, 2, 3]) {
      const { sales } = await outlets(config, { seed, workers: seed, checkpointIntervalMs: 3, batchRecords: 32 })
      expect(once(sales!)).toEqual(Array.from({ length: COUNT }, (_, n) => ({ n, name: `person ${n % 50}` })))
    }
  })

  test('broadcast state is the same in every instance, and processing-time timers come back to what waits for it', async () => {
    for (const seed of [4, 5, 6]) {
      const { labels } = await outlets(config, { seed, workers: seed - 3, checkpointIntervalMs: 3, batchRecords: 32 })
      // Timers by the clock do not hold up the end of the input: what still waits then stays in the state.
      const got = once(labels!)
      expect(got).toEqual(got.map(({ n }) => ({ n, name: `rule ${n % 50}` })))
      expect(got.length).toBeGreaterThan(0)
    }
  })

  test('state that is updated by one stream is asked by others', async () => {
    for (const seed of [7, 8]) {
      const { passed, asked, others } = await outlets(config, { seed, workers: 2, checkpointIntervalMs: 3, batchRecords: 32 })
      expect(new Set((passed as unknown as { id: number }[]).map(({ id }) => id)).size).toBe(50)
      expect(new Set(asked!.map(({ n }) => n)).size).toBe(COUNT)
      for (const { n, name } of asked!) expect(['nobody', `person ${n % 50}`]).toContain(name)
      for (const { name } of others!) expect(name).toBe('nobody')
    }
  })
})

test('a state that is asked by what it gave is refused', async () => {
  const circle = defineJob(import.meta, {
    build: ({ source }) => {
      const rows = source.generate('rows', { count: 1, make: (id) => ({ id }) })
      const kept = rows.keyBy('id').updateState('last', value<number>(), ({ id }, last) => last.set(id), { name: 'kept' })
      return { asked: kept.keyBy('id').queryState(kept, ({ id }, last) => ({ id, last: last.get() })) }
    },
  })
  await expect(circle.buildGraph({})).rejects.toMatchObject({ code: 'MR_GRAPH_INVALID', operator: 'kept' })
})
