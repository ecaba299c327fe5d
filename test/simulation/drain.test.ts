import { expect, test } from 'vitest'
import { defineJob } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'

const KEYS = 6_000
const SUMS = 3_000

/** What the stages have done, over all attempts of a run. */
const done = { first: 0, thrown: false }

/** The second stage fails once with its last results: by then the source and the first stage have ended. */
const job = defineJob<{ readonly throwAt: number }>(import.meta, {
  name: 'drained',
  build: ({ source, config: { throwAt } }) => {
    const counts = source
      .generate('rows', { count: KEYS, splits: 1, parallelism: 1, make: (n) => ({ key: n }) })
      .keyBy('key')
      .aggregate((a) => ({ n: a.count() }))
      .toStream({ emit: 'final' })
      .map(({ key, n }) => {
        done.first++
        return { key: key % SUMS, n }
      })
    const sums = counts.keyBy('key').aggregate((a) => ({ n: a.sum('n') }))
    const rows = sums.toStream({ emit: 'final' }).map((row) => {
      if (row.key === throwAt && !done.thrown) {
        done.thrown = true
        throw new Error('fails once, when all before it has drained')
      }
      return { ...row }
    })
    return { rows }
  },
})

test('checkpoints go on while a job drains: a stage that has drained is not repeated when a later one fails', async () => {
  const expected = Array.from({ length: SUMS }, (_, key) => ({ key, n: KEYS / SUMS }))
  let spared = 0
  for (let seed = 1; seed <= 6; seed++) {
    Object.assign(done, { first: 0, thrown: false })
    const { outlets, restarts } = await simulate(job, {
      seed,
      workers: 2,
      batchRecords: 512,
      mailboxBytes: 2_048,
      checkpointIntervalMs: 1,
      faults: {},
      config: { throwAt: SUMS - 1 },
    })
    const rows = (outlets['rows' as never] as { key: number; n: number }[]).toSorted((a, b) => a.key - b.key)
    expect(rows, `seed ${seed}`).toEqual(expected)
    expect(restarts).toBe(1)
    if (done.first === KEYS) spared++
  }
  // Seeds are fixed, so it is known that there are such runs.
  expect(spared).toBeGreaterThan(0)
})
