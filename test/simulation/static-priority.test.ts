import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defineJob } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { ReadyLevels } from '../../src/worker/ready-levels.ts'
import { inTier } from '../tier.ts'
import { type Step, leastShare, working } from './busy-steps.ts'

test('a level that is always ready has a twentieth of any second, and the highest one the most, however long their steps are', () => {
  const check = fc.property(
    fc.array(fc.double({ min: 0.05, max: 8, noNaN: true }), { minLength: 2, maxLength: 8 }),
    fc.array(fc.double({ min: 0.5, max: 1, noNaN: true }), { minLength: 1, maxLength: 7 }),
    (lengths, jitter) => {
      const ready = new ReadyLevels(Float64Array.from(lengths, (_, level) => -level))
      for (const level of lengths.keys()) ready.add(level)
      const steps: Step[] = []
      for (let total = 0; total < 3_000;) {
        const level = ready.next()
        const ms = lengths[level]! * jitter[steps.length % jitter.length]!
        ready.spent(level, ms)
        steps.push({ level, ms })
        total += ms
      }
      for (const level of lengths.keys()) expect(leastShare(steps, level, 1_000)).toBeGreaterThanOrEqual(0.05)
      const own = steps.reduce((sum, { level, ms }) => sum + (level === 0 ? ms : 0), 0)
      expect(own / steps.reduce((sum, { ms }) => sum + ms, 0)).toBeGreaterThan(0.5)
    },
  )
  fc.assert(check, { numRuns: inTier(10, 300) })
})

test('the highest goes first, a level has its turn in turn, and who was not ready is owed nothing', () => {
  const ready = new ReadyLevels(Float64Array.of(0, 5, 5, NaN))
  for (const member of [0, 1, 2]) ready.add(member)
  expect([ready.next(), ready.next(), ready.next()]).toEqual([1, 2, 1])
  ready.delete(0)
  ready.spent(1, 1000)
  ready.add(0)
  expect(ready.next()).toBe(2)
  expect([ready.size, ready.has(0), ready.has(2)]).toEqual([3, true, true])
  ready.spent(2, 16)
  expect([ready.next(), ready.next()]).toEqual([0, 0])
  ready.spent(0, 2)
  expect(ready.next()).toBe(1)
  ready.clear()
  expect([ready.size, ready.next()]).toEqual([0, -1])
})

const steps: Step[] = []

const job = defineJob(import.meta, {
  name: 'levels',
  build: ({ source }) => {
    const level = (priority: number) =>
      source
        .generate(`rows${priority}`, { count: Infinity, parallelism: 1, make: (n) => n, priority })
        .transform<number>(working(steps), { level: priority }, { name: `work${priority}` })
    return { low: level(-1), middle: level(0), high: level(9) }
  },
})

test('in virtual time, each level of a worker that could use all of it keeps a twentieth of any second', async () => {
  for (let seed = 1; seed <= inTier(1, 10); seed++) {
    steps.length = 0
    await simulate(job, { seed, workers: 1, batchRecords: 8, checkpointIntervalMs: 100, stop: { afterMs: 2_500 } })
    const [low, middle, high] = [-1, 0, 9].map((level) => leastShare(steps, level, 1_000))
    expect(low, `seed ${seed}`).toBeGreaterThanOrEqual(0.05)
    expect(middle, `seed ${seed}`).toBeGreaterThanOrEqual(0.05)
    expect(high, `seed ${seed}`).toBeGreaterThan(0.75)
  }
})
