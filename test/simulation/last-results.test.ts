import { expect, test } from 'vitest'
import { defineJob } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'

const KEYS = 6_000
const TICKS = 3_000

const done = { thrown: false }

/** One source ends at once, and its stage has much to say then, one slice a step; the other goes on meanwhile. */
const job = defineJob<{ readonly throwAt: number }>(import.meta, {
  name: 'last-results',
  build: ({ source, config: { throwAt } }) => {
    const counts = source
      .generate('rows', { count: KEYS, splits: 1, parallelism: 1, make: (n) => ({ key: n }) })
      .keyBy('key')
      .aggregate((a) => ({ n: a.count() }))
      .toStream({ emit: 'final' })
      .map(({ key }) => {
        if (key === throwAt && !done.thrown) {
          done.thrown = true
          throw new Error('fails once, with the last results')
        }
        return key
      })
    const ticks = source.generate('ticks', { count: TICKS, splits: 1, parallelism: 1, rowsPerSecond: 1_000, make: (n) => -1 - n })
    return { all: counts.union(ticks) }
  },
})

test.each([-1, KEYS - 1])(
  'no checkpoint fails while a stage emits its last results and other sources go on, whatever crashes (%i)',
  async (throwAt) => {
    const expected = [...Array.from({ length: TICKS }, (_, n) => -TICKS + n), ...Array.from({ length: KEYS }, (_, key) => key)]
    for (const seed of [1, 5]) {
      done.thrown = false
      const { outlets, restarts } = await simulate(job, {
        seed,
        workers: 2,
        batchRecords: 2,
        mailboxBytes: 8_192,
        checkpointIntervalMs: 4,
        // Threads of a simulation stand still for up to 400 ms.
        checkpointTimeoutMs: 1_000,
        checkpointFailuresTolerated: 0,
        faults: {},
        config: { throwAt },
      })
      const all = (outlets['all' as never] as number[]).toSorted((a, b) => a - b)
      expect(all, `seed ${seed}`).toEqual(expected)
      expect(restarts).toBe(throwAt < 0 ? 0 : 1)
    }
  },
)
