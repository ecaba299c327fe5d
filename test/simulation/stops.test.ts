import { expect, test } from 'vitest'
import { Prng } from '../../src/core/prng.ts'
import { SimulatedDisk, simulate } from '../../src/testing/index.ts'
import { many } from './many.ts'
import { randomOptions } from './random-options.ts'
import endlessRowsJob from './jobs/endless-rows-job.ts'

test('behind the last checkpoint of a stop nothing comes out, also when the next checkpoint is due by then', async () => {
  for (const seed of many(25)) {
    const chance = new Prng(`stops ${seed}`)
    const common = { ...randomOptions(seed).options, checkpointIntervalMs: 1, checkpointTimeoutMs: Infinity, disk: new SimulatedDisk() }
    const rows: number[] = []
    for (let round = 0; round < 4; round++) {
      const stop = { afterMs: 5 + chance.nextInt(30) }
      const run = await simulate(endlessRowsJob, { ...common, workers: 1 + chance.nextInt(3), stop, seed: `${seed}/${round}` })
      expect(run.outcome).toBe('stopped')
      for (const row of run.outlets.rows) rows.push(row)
    }
    expect(rows.length - new Set(rows).size, `repeated with seed ${seed}`).toBe(0)
  }
})
