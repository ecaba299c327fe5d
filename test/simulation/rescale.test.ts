import { expect, test } from 'vitest'
import { Prng } from '../../src/core/prng.ts'
import { SimulatedDisk, simulate } from '../../src/testing/index.ts'
import { many } from './many.ts'
import { randomOptions } from './random-options.ts'
import rescaleJob from './jobs/rescale-job.ts'

test('stopped and gone on with any number of workers, more than key groups among them, and with the other backend, a job gives the same', async () => {
  let stopped = 0
  for (const seed of many(60)) {
    const chance = new Prng(`rescale ${seed}`)
    const { options } = randomOptions(seed)
    const disk = new SimulatedDisk()
    // Simulated machines may be slower than any deadline, and a last checkpoint that misses it fails the run.
    const common = { ...options, checkpointTimeoutMs: Infinity, disk, keyGroups: [1, 3, 128][chance.nextInt(3)]!, config: { count: 3_000 } }
    const steps = new Set<string>()
    for (let round = 0; ; round++) {
      const workers = 1 + chance.nextInt(5)
      // A checkpoint fits either.
      const backend = (['memory', { type: 'lmdb', cacheBytes: 2_048 }] as const)[round % 2]!
      const stop = round < 4 ? { stop: { afterMs: 20 + chance.nextInt(60) } } : {}
      const run = await simulate(rescaleJob, { ...common, workers, backend, ...stop, seed: `${seed}/${round}` })
      for (const { key, n } of run.outlets.steps) steps.add(`${key}/${n}`)
      if (run.outcome === 'stopped') {
        stopped++
        continue
      }
      const sums = new Map(run.outlets.sums.map(({ key, sum }) => [key, sum]))
      expect(sums.size, `seed ${seed}`).toBe(7)
      for (let key = 0; key < 7; key++) {
        let sum = 0
        for (let id = key; id < 3_000; id += 7) sum += id
        expect(sums.get(key), `seed ${seed} key ${key}`).toBe(sum)
      }
      expect(steps.size, `seed ${seed}`).toBe(3_000)
      break
    }
  }
  expect(stopped).toBeGreaterThan(many(60).length)
})
