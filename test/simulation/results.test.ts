import { afterEach, describe, expect, test } from 'vitest'
import { runToEnd, seeds, simulate } from '../../src/testing/index.ts'
import inletJob from './jobs/inlet-job.ts'
import mixedJob, { oracle, sorted, thrown } from './jobs/mixed-job.ts'
import stepsJob from './jobs/steps-job.ts'
import tailJob from './jobs/tail-job.ts'
import { randomOptions } from './random-options.ts'

afterEach(() => thrown.clear())

describe('whatever the schedule, workers, batches, rings, transport, chaining and codec', () => {
  test('results are those of plain loops', async () => {
    let checkpoints = 0
    for (const seed of seeds(200)) {
      const { options, count } = randomOptions(seed)
      const run = await simulate(mixedJob, { ...options, config: { count, splits: 4, throwAt: [], run: `${seed}` } })
      expect(sorted(run.outlets), `seed ${seed}`).toEqual(oracle(count))
      checkpoints += run.checkpoints.length
    }
    expect(checkpoints).toBeGreaterThan(200)
  })

  test('a job that throws restarts, and its final results are exact', async () => {
    let restarts = 0
    for (const seed of seeds(200)) {
      const { options, count, failures } = randomOptions(seed)
      const run = await simulate(mixedJob, { ...options, config: { count, splits: 4, throwAt: failures, run: `crash ${seed}` } })
      expect(sorted(run.outlets), `seed ${seed}`).toEqual(oracle(count))
      restarts += run.restarts
    }
    expect(restarts).toBeGreaterThan(150)
  })

  test('what was pushed into an inlet is processed exactly once by its state, and reaches outlets at least once', async () => {
    for (const seed of seeds(100)) {
      const { options, count, failures } = randomOptions(seed)
      const orders = Array.from({ length: count }, (_, id) => ({ id, shop: `s${id % 17}`, cents: id % 97 }))
      const run = await simulate(inletJob, { ...options, inputs: { orders }, config: { throwAt: failures, run: `inlet ${seed}` } })
      const cents = new Map<string, number>()
      for (const { shop, cents: value } of orders) cents.set(shop, (cents.get(shop) ?? 0) + value)
      expect(new Map(run.outlets.cents.map(({ key, sum }) => [key, sum])), `seed ${seed}`).toEqual(cents)
      expect(new Set(run.outlets.passed.map(({ id }) => id)).size, `seed ${seed}`).toBe(count)
      for (const { id, n } of run.outlets.steps) expect(n, `seed ${seed}`).toBe(Math.floor(id / 17) + 1)
    }
  })

  test('no record is lost on its way to a slow reader, however often the job restarts', async () => {
    for (const seed of seeds(200)) {
      const { options, failures } = randomOptions(seed)
      const count = 700
      const throwAt = [...failures, 5, 77, 300, 511, 640]
      const run = await simulate(stepsJob, { ...options, mailboxBytes: 8192, config: { count, throwAt, run: `steps ${seed}` } })
      expect(new Set(run.outlets.passed.map(({ id }) => id)).size, `seed ${seed}`).toBe(count)
      expect(new Set(run.outlets.steps.map(({ key, n }) => `${key}/${n}`)).size, `seed ${seed}`).toBe(count)
    }
  })

  test('actors that have ended stay ended when those behind them fail', async () => {
    for (const seed of seeds(150)) {
      const { options, count, failures } = randomOptions(seed)
      const throwAt = failures.map((row) => row % 50)
      const run = await simulate(tailJob, { ...options, config: { count, throwAt, run: `tail ${seed}` } })
      const sums = new Map<number, number>()
      for (let n = 0; n < count; n++) sums.set(n % 50, (sums.get(n % 50) ?? 0) + n)
      expect(new Map(run.outlets.checked.map(({ key, sum }) => [key, sum])), `seed ${seed}`).toEqual(sums)
      const again = new Map<number, number>()
      for (const [key, sum] of sums) again.set(key % 5, (again.get(key % 5) ?? 0) + sum)
      expect(new Map(run.outlets.again.map(({ key, sum }) => [key, sum])), `seed ${seed}`).toEqual(again)
    }
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
    const started = performance.now()
    for (let i = 0; i < 20; i++) await runToEnd(inletJob, { orders: [{ id: 0, shop: 'a', cents: 1 }] }, { config: { throwAt: [], run: 'fast' } })
    expect((performance.now() - started) / 20).toBeLessThan(100)
  })
})
