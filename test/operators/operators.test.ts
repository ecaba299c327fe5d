import { expect, test } from 'vitest'
import { seeds, simulate } from '../../src/testing/index.ts'
import job, { oracle } from './jobs/operators-job.ts'
import { sorted } from '../simulation/jobs/mixed-job.ts'
import { inTier } from '../tier.ts'

const COUNT = 1_500

const ROUTES = [
  { workers: 1 },
  { workers: 2 },
  { workers: 3, batchRecords: 7 },
  { workers: 2, chaining: 'off' },
  { workers: 3, transport: 'ring', chaining: 'off', batchRecords: 100 },
  { workers: 2, transport: 'ring', mailboxBytes: 2048 },
  { workers: 2, backend: { type: 'lmdb', cacheBytes: 1024 } },
] as const

test.each(ROUTES)('every operator gives what plain loops give, with %o', async (options) => {
  const run = await simulate(job, { ...options, seed: 1, config: { count: COUNT, throwAt: [], run: 'plain' } })
  expect(sorted(run.outlets)).toEqual(sorted(oracle(COUNT)))
})

test.each([0, 1, 3])('every operator gives what plain loops give for %i records', async (count) => {
  const run = await simulate(job, { workers: 2, seed: 1, config: { count, throwAt: [], run: 'few' } })
  expect(sorted(run.outlets)).toEqual(sorted(oracle(count)))
})

test.each(seeds(inTier(3, 12)))('state of every operator survives restarts, with seed %s', async (seed) => {
  const options = ROUTES[Number(seed) % ROUTES.length] ?? ROUTES[1]
  const config = { count: COUNT, throwAt: [300, 900, 1_400], run: `crash-${seed}` }
  const run = await simulate(job, { ...options, seed, config, checkpointIntervalMs: 3, restart: { maxRestarts: 10 } })
  expect(run.restarts).toBeGreaterThan(0)
  expect(sorted(run.outlets)).toEqual(sorted(oracle(COUNT)))
})
