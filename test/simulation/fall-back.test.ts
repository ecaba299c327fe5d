import { expect, test } from 'vitest'
import type { Job } from '../../src/index.ts'
import { simulateAgainst } from '../../src/testing/simulate-seeds.ts'
import anyJob, { type AnyConfig } from './random/any-job.ts'
import { oracleOf } from './random/any-oracle.ts'

const config: AnyConfig = { count: 500, splits: 4, keys: 30, texts: false, stepMs: 1, disorderMs: 10, pieces: [{ type: 'strict' }] }

test('a run that goes on from the checkpoint before a damaged one has nothing of that in its state on disk', async () => {
  const { expected, views } = oracleOf(config)
  let damaged = 0
  // Seeds of which most came to such a state once.
  for (const seed of [25, 44, 79]) {
    const { faults } = await simulateAgainst(
      anyJob as Job,
      {
        seed,
        config,
        workers: 2,
        batchRecords: 1,
        mailboxBytes: 1024,
        checkpointIntervalMs: 2,
        checkpointTimeoutMs: 1000,
        keyGroups: 16,
        restart: { maxRestarts: 1000, backoff: { minMs: 0, maxMs: 5 } },
        maxSteps: 300_000,
        backend: { type: 'lmdb', cacheBytes: 2_048 },
        faults: { damage: 6 },
      },
      expected,
      views,
    )
    damaged += faults!.damage
  }
  expect(damaged).toBeGreaterThan(2)
})
