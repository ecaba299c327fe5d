import { expect, test } from 'vitest'
import { Prng } from '../../src/core/prng.ts'
import { SimulatedDisk, simulate } from '../../src/testing/index.ts'
import { many } from './many.ts'
import { randomOptions } from './random-options.ts'
import endlessRowsJob from './jobs/endless-rows-job.ts'
import stepsJob from './jobs/steps-job.ts'

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

test('a stop that comes after the sources have ended is the end: nothing comes again with the next launch', async () => {
  for (const seed of many(60)) {
    const chance = new Prng(`late stops ${seed}`)
    const common = { ...randomOptions(seed).options, checkpointTimeoutMs: Infinity, disk: new SimulatedDisk() }
    const config = { count: 300, throwAt: [], run: `late ${seed}` }
    const passed: { id: number }[] = []
    const counts: number[] = []
    for (let round = 0, over = false; !over; round++) {
      // Later and later, so that some come in time, many after the sources, and the last after the end.
      const stop = { afterMs: 2 ** round * chance.nextFloat() * 10 }
      const run = await simulate(stepsJob, { ...common, config, stop, seed: `${seed}/${round}` })
      passed.push(...(run.outlets['passed'] as { id: number }[]))
      counts.push(...(run.outlets['steps'] as { n: number }[]).map(({ n }) => n))
      over = run.outcome === 'finished'
    }
    expect(
      passed.map(({ id }) => id).sort((a, b) => a - b),
      `seed ${seed}`,
    ).toEqual(Array.from({ length: 300 }, (_, id) => id))
    expect(counts.length, `seed ${seed}`).toBe(300)
  }
})
