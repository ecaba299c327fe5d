import { expect, test } from 'vitest'
import { defineJob } from '../../src/index.ts'
import type { OperatorDefinition } from '../../src/index.ts'
import { simulateOne } from '../../src/testing/simulate.ts'
import { inTier } from '../tier.ts'

const CHAINS = 4
const COUNT = 2_000
const NAMES = Array.from({ length: CHAINS }, (_, chain) => `work-${chain}`)

/** Computes for some virtual milliseconds for each batch or so, and counts its records by key. */
const working: OperatorDefinition = {
  kind: 'working',
  create: (_spec, { clock, emit }) => {
    let count = 0
    return {
      process: (record, timestamp) => {
        for (let i = 0; i < 40; i++) clock.monotonicMs()
        count++
        emit({ record, count }, timestamp)
      },
      snapshot: () => [{ scope: 'instance', id: 0, value: count }],
      restore: (chunks) => {
        for (const { value } of chunks) count = value as number
      },
    }
  },
}

const job = defineJob(import.meta, {
  name: 'misplaced',
  build: ({ source }) =>
    Object.fromEntries(
      NAMES.map((name, chain) => [
        `out${chain}`,
        source
          .generate(`rows-${chain}`, { count: COUNT, parallelism: 1, make: (n) => n })
          .transform<{ readonly record: number; readonly count: number }>(working, {}, { name, parallelism: 1 }),
      ]),
    ),
})

test('with `balance` heavy actors that are all on one worker move, never back, and results are exact, whatever fails', async () => {
  const costs = { ...Object.fromEntries(NAMES.map((_, chain) => [`rows-${chain}`, chain === 0 ? 1 : 0.001])) }
  for (let seed = 1; seed <= inTier(1, 30); seed++) {
    const moves: string[] = []
    const run = await simulateOne(job, {
      seed,
      workers: 2,
      balance: true,
      placement: { policy: 'load', costs },
      batchRecords: 8,
      checkpointIntervalMs: 200,
      onTrace: (line) => line.includes('rearranged') && moves.push(line),
      ...(seed > 1 && { faults: ['throw', 'worker', 'absence', 'rescale', 'slow-disk', 'stall'] as const }),
    })
    for (let chain = 0; chain < CHAINS; chain++) {
      const rows = (run.outlets as Record<string, { readonly record: number; readonly count: number }[]>)[`out${chain}`]!
      const seen = new Map(rows.map(({ record, count }) => [record, count]))
      expect(seen.size, `seed ${seed}`).toBe(COUNT)
      for (const [record, count] of seen) expect(count, `seed ${seed}`).toBe(record + 1)
    }
    // Without faults: one round of moves, and then the workers are even.
    if (seed === 1) expect(moves.length, moves.join('\n')).toBe(1)
  }
})
