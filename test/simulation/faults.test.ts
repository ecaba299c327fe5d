import { describe, expect, test } from 'vitest'
import { defineJob } from '../../src/index.ts'
import type { Job } from '../../src/index.ts'
import { FAULT_KINDS, seedFromEnvironment, simulate } from '../../src/testing/index.ts'
import { simulateAgainst } from '../../src/testing/simulate-seeds.ts'
import { visibleFiles } from '../sinks/part-files.ts'
import { temporaryDir } from '../sinks/temporary-dir.ts'
import mixedJob, { oracle } from './jobs/mixed-job.ts'
import endlessRowsJob from './jobs/endless-rows-job.ts'
import patientJob, { patientResults } from './jobs/patient-job.ts'
import { randomCase, runCase } from './random/random-case.ts'
import { runSeeds } from './random/run-seeds.ts'

const SEEDS = 100

describe('whatever fails: operators, threads, processes, disks, sinks, clocks', () => {
  test('random jobs commit what plain loops give: nothing is lost, nothing repeated, and never anything else meanwhile', async () => {
    const seed = seedFromEnvironment()
    if (seed !== null) return void (await runCase(seed))
    const { failures, faults, runs } = await runSeeds(1, SEEDS)
    expect(failures).toEqual([])
    expect(runs).toBe(SEEDS)
    // Seeds are fixed, so it is known that each kind happens.
    for (const kind of FAULT_KINDS) expect(faults[kind], kind).toBeGreaterThan(5)
  })

  test('a seed brings back the same faults at the same steps', async () => {
    const isInside = (seed: number): boolean => !randomCase(seed).config.pieces.some((piece) => piece.type === 'async' && piece.outside)
    for (const seed of Array.from({ length: 12 }, (_, i) => i + 1)
      .filter(isInside)
      .slice(0, 4)) {
      const [first, second] = [await runCase(seed), await runCase(seed)]
      expect(second, `seed ${seed}`).toEqual(first)
    }
  })

  test('checkpoints go on when the wall clock is set an hour back or forwards', async () => {
    let jumps = 0
    for (const seed of [1, 2, 3, 4]) {
      const run = await simulate(endlessRowsJob, {
        seed,
        faults: { clock: 4 },
        workers: 1,
        batchRecords: 1,
        checkpointIntervalMs: 10,
        stop: { afterMs: 600 },
      })
      jumps += run.faults!.clock
      expect(run.virtualMs).toBeLessThan(10_000)
      expect(run.checkpoints.length, `seed ${seed}`).toBeGreaterThan(5)
    }
    expect(jumps).toBeGreaterThan(2)
  })

  test('nor does it change what waits for time to go by: time-outs, pauses between calls, idleness, the age of files', async () => {
    let jumps = 0
    for (const seed of [1, 2, 3]) {
      const dir = temporaryDir()
      const { outlets, restarts, faults, virtualMs } = await simulate(patientJob, {
        seed,
        config: { count: 200, dir, callMs: 0 },
        faults: { clock: 6 },
        checkpointIntervalMs: 10,
        restart: { maxRestarts: 0 },
      })
      jumps += faults!.clock
      expect(
        [...outlets['results']!].toSorted((a, b) => a.n - b.n),
        `seed ${seed}`,
      ).toEqual(patientResults(200))
      expect([outlets['late'], restarts]).toEqual([[], 0])
      expect(virtualMs).toBeLessThan(10_000)
      // How many depends on the schedule, 8 to 18; when age does not count, it is one for each of the instances.
      expect(visibleFiles(dir).length).toBeGreaterThan(5)
    }
    // Seeds are fixed.
    expect(jumps).toBeGreaterThan(5)
  })
})

test('a thread ends while the last checkpoint is being committed: the run is over only when its sinks have committed as well', async () => {
  let lost = 0
  for (let seed = 1; seed <= 25; seed++) {
    const config = { count: 60, splits: 4, throwAt: [], run: 'last' }
    // The last checkpoint is the only one.
    const options = { seed, faults: { worker: 4 }, workers: 3, batchRecords: 64, checkpointIntervalMs: 1e6, config }
    const run = await simulateAgainst(mixedJob as Job, options, oracle(60), {}, [/storage commit$/])
    lost += run.faults!.worker
  }
  expect(lost).toBeGreaterThan(10)
})

describe('simulate over seeds', () => {
  const config = { count: 200, splits: 2, throwAt: [], run: 'over seeds' }

  test('compares with what was expected, or with a run in which nothing fails', async () => {
    const expected = oracle(200) as never
    const told = await simulate(mixedJob, {}, { seeds: [5, 'six'], config, expected })
    expect(told).toMatchObject({ runs: 2, records: 2 * Object.values(oracle(200)).flat().length })
    expect(await simulate(mixedJob, {}, { seeds: [5, 'six'], config })).toEqual(told)
  })

  test('fails with seed, record and last steps where results depend on what failed', async () => {
    let made = 0
    const job = defineJob(import.meta, {
      build: ({ source }) => ({ rows: source.generate('rows', { count: 50, make: (n) => ({ n, nth: n === 0 ? made++ : 0 }) }) }),
    })
    const failing = simulate(job, {}, { seeds: 1, faults: ['throw'] })
    await expect(failing).rejects.toMatchObject({
      code: 'MR_SIMULATION_FAILED',
      message: expect.stringMatching(
        /"rows" (?:differs|lost)[^]*\{ n: 0, nth: \d \}[^]*MILLRACE_SEED=1 replays it[^]*Last steps:[^]* ms {2}/,
      ) as string,
    })
  })

  test('views say what must be equal of records that depend on the schedule', async () => {
    const job = defineJob(import.meta, {
      build: ({ source }) => ({
        sums: source
          .generate('rows', { count: 300, make: (n) => ({ k: n % 3 }) })
          .keyBy('k')
          .count()
          .toStream({ emit: 'changes' }),
      }),
    })
    const views = { sums: (rows: readonly { key: number; count: number }[]) => Math.max(...rows.map(({ count }) => count)) }
    expect(await simulate(job, {}, { seeds: 5, views })).toMatchObject({ runs: 5 })
  })

  test('refuses faults that do not exist', async () => {
    await expect(simulate(mixedJob, {}, { seeds: 1, config, faults: ['rain' as never] })).rejects.toMatchObject({
      code: 'MR_OPTION_INVALID',
    })
    await expect(simulate(mixedJob, { config, faults: { kill: -1 } })).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
  })
})

test('cases have pieces of all kinds', () => {
  const types = new Set(
    Array.from({ length: SEEDS }, (_, seed) => randomCase(seed + 1).config.pieces).flatMap((pieces) => pieces.map(({ type }) => type)),
  )
  expect(types.size).toBe(11)
})
