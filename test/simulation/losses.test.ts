import { describe, expect, test } from 'vitest'
import { simulate } from '../../src/testing/index.ts'
import inletJob from './jobs/inlet-job.ts'
import stepsJob from './jobs/steps-job.ts'
import tailJob from './jobs/tail-job.ts'
import { many } from './many.ts'
import { randomOptions } from './random-options.ts'

describe('when jobs throw and restart', () => {
  test('what was pushed into an inlet is processed exactly once by its state, and reaches outlets at least once', async () => {
    for (const seed of many(100)) {
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
    for (const seed of many(120)) {
      const { options, failures } = randomOptions(seed)
      const count = 700
      const throwAt = [...failures, 5, 77, 300, 511, 640]
      const run = await simulate(stepsJob, { ...options, mailboxBytes: 8192, config: { count, throwAt, run: `steps ${seed}` } })
      expect(new Set(run.outlets.passed.map(({ id }) => id)).size, `seed ${seed}`).toBe(count)
      expect(new Set(run.outlets.steps.map(({ key, n }) => `${key}/${n}`)).size, `seed ${seed}`).toBe(count)
    }
  })

  test('actors that have ended stay ended when those behind them fail', async () => {
    for (const seed of many(100)) {
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
