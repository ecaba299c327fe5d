import { expect, test } from 'vitest'
import { simulate } from '../../src/testing/index.ts'
import job, { done } from './jobs/last-results-job.ts'

const KEYS = 6_000
const TICKS = 3_000

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
        // Threads of a simulation stand still for up to 400 ms, and credit that follows the rate needs more turns of both ends.
        checkpointTimeoutMs: 3_000,
        checkpointFailuresTolerated: 0,
        faults: {},
        config: { keys: KEYS, throwAt, ticks: TICKS },
      })
      const all = (outlets['keys'] as number[]).toSorted((a, b) => a - b)
      expect(all, `seed ${seed}`).toEqual(expected)
      expect(restarts).toBe(throwAt < 0 ? 0 : 1)
    }
  },
)
