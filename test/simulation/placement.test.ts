import { expect, test } from 'vitest'
import { defineJob } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { inTier } from '../tier.ts'

const KEYS = 20
const ROWS = 2_000

const job = defineJob(import.meta, {
  name: 'placed',
  build: ({ source }) => {
    const rows = source.generate('rows', {
      count: ROWS,
      parallelism: 2,
      make: (n) => ({ key: n % KEYS, n }),
      demand: { cpu: 0.4 },
      priority: 5,
    })
    const alone = rows.rebalance().map((row) => ({ ...row }), { name: 'alone', parallelism: 1, exclusive: true })
    const counts = alone.keyBy('key').count({ name: 'counts', parallelism: 3, antiAffinity: 'rows' })
    return { counts: counts.toStream({ emit: 'final' }) }
  },
})

test.each(['demand', 'priority', 'load'] as const)('a job that is placed by %s gives exact results, whatever fails', async (placement) => {
  const expected = Array.from({ length: KEYS }, (_, key) => ({ key, count: ROWS / KEYS }))
  for (let seed = 1; seed <= inTier(1, 8); seed++) {
    const { outlets, restarts } = await simulate(job, { seed, workers: 4, placement, faults: { throw: 1, worker: 2 } })
    const rows = (outlets['counts' as never] as typeof expected).toSorted((a, b) => a.key - b.key)
    expect(rows, `seed ${seed}, ${restarts} restarts`).toEqual(expected)
  }
})

test('a simulated job that cannot be placed is refused', async () => {
  await expect(simulate(job, { workers: 2 })).rejects.toMatchObject({ code: 'MR_PLACEMENT_IMPOSSIBLE', operator: 'counts' })
})
