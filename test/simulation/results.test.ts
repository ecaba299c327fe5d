import { afterEach, describe, expect, test } from 'vitest'
import { runToEnd, simulate } from '../../src/testing/index.ts'
import inletJob from './jobs/inlet-job.ts'
import mixedJob, { oracle, sorted, thrown } from './jobs/mixed-job.ts'
import { many } from './many.ts'
import { randomOptions } from './random-options.ts'

afterEach(() => thrown.clear())

describe('whatever the schedule, workers, batches, rings, transport, chaining and codec', () => {
  test('results are those of plain loops', async () => {
    let checkpoints = 0
    for (const seed of many(200)) {
      const { options, count } = randomOptions(seed)
      const run = await simulate(mixedJob, { ...options, config: { count, splits: 4, throwAt: [], run: `${seed}` } })
      expect(sorted(run.outlets), `seed ${seed}`).toEqual(oracle(count))
      checkpoints += run.checkpoints.length
    }
    expect(checkpoints).toBeGreaterThan(many(200).length)
  })

  test('a job that throws restarts, and its final results are exact', async () => {
    let restarts = 0
    for (const seed of many(200)) {
      const { options, count, failures } = randomOptions(seed)
      const run = await simulate(mixedJob, { ...options, config: { count, splits: 4, throwAt: failures, run: `crash ${seed}` } })
      expect(sorted(run.outlets), `seed ${seed}`).toEqual(oracle(count))
      restarts += run.restarts
    }
    expect(restarts).toBeGreaterThan(many(200).length / 2)
  })
})

describe('runToEnd', () => {
  test('returns the records of all outlets for what was pushed', async () => {
    const orders = [
      { id: 0, shop: 'a', cents: 5 },
      { id: 1, shop: 'b', cents: 1 },
      { id: 2, shop: 'a', cents: 7 },
    ]
    const { cents, passed } = await runToEnd(inletJob, { orders }, { config: { throwAt: [], run: 'simple' } })
    expect(sorted({ cents }).cents).toEqual([
      { key: 'a', sum: 12 },
      { key: 'b', sum: 1 },
    ])
    expect(passed).toEqual(orders)
  })

  test('takes milliseconds for a small job', async () => {
    await runToEnd(inletJob, {}, { config: { throwAt: [], run: 'warm' } })
    let shortestMs = Infinity
    for (let i = 0; i < 20; i++) {
      const started = performance.now()
      await runToEnd(inletJob, { orders: [{ id: 0, shop: 'a', cents: 1 }] }, { config: { throwAt: [], run: 'fast' } })
      shortestMs = Math.min(shortestMs, performance.now() - started)
    }
    expect(shortestMs).toBeLessThan(250)
  })
})
