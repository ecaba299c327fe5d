import { expect, test } from 'vitest'
import { Prng } from '../../src/core/prng.ts'
import { SimulatedDisk, simulate } from '../../src/testing/index.ts'
import schemaJob, { type SchemaConfig } from './jobs/schema-job.ts'
import { many } from './many.ts'
import { randomOptions } from './random-options.ts'

const COUNT = 1_000
const KEYS = 30

test('jobs whose state becomes another version between two lives commit every step once, whatever fails, on either backend', async () => {
  const expected = Array.from({ length: COUNT }, (_, i) => `${i % KEYS}/${Math.floor(i / KEYS) + 1}`).toSorted()
  let changed = 0
  for (const seed of many(40)) {
    const chance = new Prng(`schema ${seed}`)
    const disk = new SimulatedDisk()
    // Any of these versions may be left out.
    const versions = ([1, 2, 3] as const).filter((version) => version === 3 || chance.nextInt(3) > 0)
    for (const version of versions) {
      const config: SchemaConfig = { version, count: COUNT, keys: KEYS }
      const { outcome, outlets } = await simulate(schemaJob, {
        ...randomOptions(seed).options,
        seed: `${seed}/${version}`,
        disk,
        config,
        checkpointIntervalMs: 2,
        checkpointTimeoutMs: Infinity,
        batchRecords: 16,
        backend: chance.nextInt(2) === 0 ? 'memory' : { type: 'lmdb', cacheBytes: 2_048 },
        // What throws while a run stops fails it: its owner would launch it again.
        faults: version < 3 ? ['kill', 'disk-full', 'slow-disk', 'stall', 'clock'] : true,
        restart: { maxRestarts: 1_000 },
        ...(version < 3 && { stop: { afterMs: 10 + chance.nextInt(60) } }),
      })
      if (outcome === 'stopped') {
        changed++
        continue
      }
      const steps = (outlets['steps'] as { key: number; n: number }[]).map(({ key, n }) => `${key}/${n}`)
      expect(steps.toSorted(), `seed ${seed}`).toEqual(expected)
      break
    }
  }
  // Seeds are fixed.
  expect(changed).toBeGreaterThan(many(40).length / 4)
})
