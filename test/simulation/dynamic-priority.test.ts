import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MeasuredInstance } from '../../src/index.ts'
import { defineJob } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { ReadyLevels } from '../../src/worker/ready-levels.ts'
import { inTier } from '../tier.ts'
import { type Step, leastShare, working } from './busy-steps.ts'

test('whoever is always ready has a twentieth of any second, however often priorities change', () => {
  const check = fc.property(
    fc.array(fc.double({ min: 0.05, max: 8, noNaN: true }), { minLength: 2, maxLength: 8 }),
    fc.integer({ min: 10, max: 400 }),
    fc.nat(40_360),
    (lengths, everyMs, first) => {
      let order = first
      const priorities = Float64Array.from(lengths, (_, member) => member)
      const ready = new ReadyLevels(priorities)
      for (const member of lengths.keys()) ready.add(member)
      const steps: Step[] = []
      for (let [total, changedMs] = [0, 0]; total < 3_000;) {
        if (total - changedMs >= everyMs) {
          changedMs = total
          // Another order each time, without equals: the factor is not 0, and 40,361 is prime.
          order = (order * 31 + 7) % 40_361
          ready.assign(Float64Array.from(lengths, (_, member) => ((order || 1) * (member + 1)) % 40_361))
        }
        const level = ready.next()
        ready.spent(level, lengths[level]!)
        steps.push({ level, ms: lengths[level]! })
        total += lengths[level]!
      }
      expect(ready.size).toBe(lengths.length)
      for (const level of lengths.keys()) expect(leastShare(steps, level, 1_000)).toBeGreaterThanOrEqual(0.05)
    },
  )
  fc.assert(check, { numRuns: inTier(10, 300) })
})

test('among equals the turn goes on when priorities change in between', () => {
  const ready = new ReadyLevels(Float64Array.of(1, 1, 1, 1))
  for (const member of [0, 1, 2, 3]) ready.add(member)
  const served: number[] = []
  for (let i = 0; i < 6; i++) {
    served.push(ready.next(), ready.next())
    ready.assign(new Float64Array(4).fill(i))
  }
  expect(served).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
})

const steps: Step[] = []
const seen: MeasuredInstance[] = []

/** Whoever has had much goes last, whoever has had little first. */
const job = defineJob(import.meta, {
  name: 'fair',
  build: ({ source }) => {
    const lane = (level: number) =>
      source.generate(`rows${level}`, { count: Infinity, parallelism: 1, make: (n) => n, eventTime: () => 0 }).transform<number>(
        working(steps),
        { level },
        {
          name: `work${level}`,
          priority: {
            by: (measured) => {
              seen.push(measured)
              return 50 - level - measured.cpuShare * 100
            },
            otherwise: -level,
            everyMs: 10 * (level + 1),
          },
        },
      )
    return { first: lane(0), second: lane(1), third: lane(2) }
  },
})

test('in virtual time, each actor keeps a twentieth of any second while its priority follows its load', async () => {
  for (let seed = 1; seed <= inTier(1, 10); seed++) {
    steps.length = 0
    seen.length = 0
    await simulate(job, { seed, workers: 1, batchRecords: 8, checkpointIntervalMs: 100, stop: { afterMs: 2_500 } })
    for (const level of [0, 1, 2]) expect(leastShare(steps, level, 1_000), `seed ${seed}`).toBeGreaterThanOrEqual(0.05)
    // It was looked at again and again, and followed what was measured: nobody has most of the time, as the highest of fixed levels has.
    expect(seen.length).toBeGreaterThan(100)
    const total = steps.reduce((sum, { ms }) => sum + ms, 0)
    for (const level of [0, 1, 2])
      expect(steps.reduce((sum, step) => sum + (step.level === level ? step.ms : 0), 0) / total).toBeLessThan(0.7)
  }
})
