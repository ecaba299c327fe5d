import { expect, test } from 'vitest'
import { defineJob } from '../../src/index.ts'
import type { OperatorDefinition } from '../../src/index.ts'
import { runToEnd, simulate } from '../../src/testing/index.ts'

/** Emits ten records at a time, after the end of its input. */
const late: OperatorDefinition = {
  kind: 'late',
  create: (_spec, { emit }) => {
    let rounds = 0
    return {
      process: () => {},
      onEnd: () => {
        for (let n = 0; n < 10; n++) emit(n, NaN)
        return ++rounds === 5 ? 'done' : 'more'
      },
    }
  },
}

/** Emits how many records came between two looks after itself. */
const looking: OperatorDefinition = {
  kind: 'looking',
  create: (_spec, { emit }) => {
    let since = 0
    let most = 0
    return {
      process: () => void since++,
      afterBatch: () => {
        most = Math.max(most, since)
        since = 0
      },
      onEnd: () => {
        emit(Math.max(most, since), NaN)
        return 'done'
      },
    }
  },
}

const job = defineJob(import.meta, {
  build: ({ source }) => ({
    most: source
      .generate('rows', { count: 1, splits: 1, parallelism: 1, make: (n) => n })
      .transform(late)
      .transform(looking),
  }),
})

test('an operator looks after itself between the last results of those before it, as it does between batches', async () => {
  expect((await runToEnd(job)).most).toEqual([10])
})

const many = defineJob(import.meta, { build: ({ source }) => ({ rows: source.generate('rows', { count: 12_000, make: (n) => n }) }) })

// A seed with a reader that pauses after every batch.
test('a reader that pauses after each of many records is waited for', async () => {
  const { outlets } = await simulate(many, { seed: 3, workers: 1, batchRecords: 1 })
  expect(outlets.rows).toHaveLength(12_000)
})

const LAST_STEPS = 200
const seen = { encoded: 0, whenEnded: -1 }

/** Passes records on; its last state takes many steps. */
const keeping: OperatorDefinition = {
  kind: 'keeping',
  create: (_spec, { emit }) => ({
    process: emit,
    *snapshotInSteps(checkpoint) {
      for (let step = 0; step < LAST_STEPS; step++) {
        if (checkpoint === 0) seen.encoded++
        yield null
      }
    },
  }),
}

/** Emits once its input has ended. */
const counting: OperatorDefinition = {
  kind: 'counting',
  create: (_spec, { emit }) => {
    let records = 0
    return {
      process: () => void records++,
      onEnd: () => {
        seen.whenEnded = Math.max(seen.whenEnded, seen.encoded)
        emit(records, NaN)
        return 'done'
      },
    }
  },
}

const keepingJob = defineJob(import.meta, {
  build: ({ source }) => ({
    count: source
      .generate('rows', { count: 100, make: (n) => n })
      .transform(keeping)
      .rebalance()
      .transform(counting),
  }),
})

test('last results wait for the end of those before, not for their last state to be encoded', async () => {
  Object.assign(seen, { encoded: 0, whenEnded: -1 })
  const { count } = await runToEnd(keepingJob, {}, { workers: 1 })
  expect(count.reduce((sum, part) => sum + part, 0)).toBe(100)
  expect(seen.encoded).toBeGreaterThanOrEqual(LAST_STEPS)
  expect(seen.whenEnded).toBeLessThan(LAST_STEPS)
})
