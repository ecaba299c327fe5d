import { expect, test } from 'vitest'
import { simulate } from '../../src/testing/index.ts'
import job, { done } from './jobs/last-results-job.ts'

const KEYS = 60
const SUMS = 30
const SEEDS_MAX = 500

test('checkpoints go on while a job drains: a stage that has drained is not repeated when a later one fails', async () => {
  const expected = Array.from({ length: SUMS }, (_, key) => ({ key, n: KEYS / SUMS }))
  let spared = 0
  // Whether a checkpoint came between the two stages is a matter of the schedule: until one did.
  for (let seed = 1; (seed <= 5 || spared === 0) && seed <= SEEDS_MAX; seed++) {
    Object.assign(done, { first: 0, thrown: false })
    // The second stage fails with its last results: by then the source and the first stage have ended.
    const { outlets, restarts } = await simulate(job, {
      seed,
      workers: 2,
      batchRecords: 512,
      mailboxBytes: 2_048,
      checkpointIntervalMs: 1,
      faults: {},
      config: { keys: KEYS, throwAt: -1, then: { keys: SUMS, throwAt: SUMS - 1 } },
    })
    const rows = (outlets['rows'] as { key: number; n: number }[]).toSorted((a, b) => a.key - b.key)
    expect(rows, `seed ${seed}`).toEqual(expected)
    expect(restarts).toBe(1)
    if (done.first === KEYS) spared++
  }
  expect(spared).toBeGreaterThan(0)
})
