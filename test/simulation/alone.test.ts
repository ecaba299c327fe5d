import { expect, test } from 'vitest'
import { simulate } from '../../src/testing/index.ts'
import job, { reducing, WINDOWS } from './jobs/throwing-windows-job.ts'
import { runAloneSeeds } from './random/alone-seeds.ts'

test('actors that fail restart alone where they can: nothing is lost, nothing repeated', async () => {
  const report = await runAloneSeeds(1, 12)
  expect(report.failures).toEqual([])
  // Seeds are fixed.
  expect(report.actorRestarts).toBeGreaterThan(5)
})

test('of windows that have fired, and are out in part when the next record fails, none is shown twice, and none is lost', async () => {
  for (let seed = 15; seed <= 30; seed++) {
    Object.assign(reducing, { calls: 0, throwAt: 300 + ((seed * 37) % 700) })
    const { outlets, restarts, actorRestarts } = await simulate(job, {
      seed,
      workers: 1 + (seed % 2),
      chaining: 'off',
      batchRecords: 16,
      checkpointIntervalMs: 2,
      restart: { scope: 'actor', backoff: { minMs: 0, maxMs: 0 } },
    })
    const shown = outlets['last']!.map((record) => (record as { readonly n: number }).n)
    expect([shown.length, new Set(shown).size], `seed ${seed}`).toEqual([WINDOWS, WINDOWS])
    expect([restarts, actorRestarts]).toEqual([0, 1])
  }
})
