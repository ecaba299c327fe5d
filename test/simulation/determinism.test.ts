import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { SimulatedDisk, runToEnd, seeds, simulate } from '../../src/testing/index.ts'
import mixedJob, { oracle, sorted, thrown } from './jobs/mixed-job.ts'
import outsideJob from './jobs/outside-job.ts'
import { many } from './many.ts'
import { randomOptions } from './random-options.ts'
import { inTier } from '../tier.ts'

afterEach(() => {
  thrown.clear()
  vi.unstubAllEnvs()
})

const config = { count: 300, splits: 4, throwAt: [150], run: 'determinism' }

async function again(options: Parameters<typeof simulate>[1]) {
  thrown.clear()
  return simulate(mixedJob, { config, ...options })
}

const SEEDS = inTier(20, 50)

describe('a seed', () => {
  test('brings back the same run: steps, frames, checkpoints, order of results', async () => {
    for (const seed of many(25)) {
      const { options } = randomOptions(seed)
      const [first, second] = [await again(options), await again(options)]
      expect(second, `seed ${seed}`).toEqual(first)
    }
  })

  test('is the only thing that decides, also when runs overlap', async () => {
    const options = { config: { ...config, throwAt: [] }, checkpointIntervalMs: 5 }
    const alone = await simulate(mixedJob, { ...options, seed: 7 })
    const together = await Promise.all([7, 8, 7].map((seed) => simulate(mixedJob, { ...options, seed })))
    expect(together.map(({ traceHash }) => traceHash === alone.traceHash)).toEqual([true, false, true])
  })

  test('that differs goes another way', async () => {
    const hashes = new Set<string>()
    for (let seed = 1; seed <= SEEDS; seed++) hashes.add((await again({ seed })).traceHash)
    expect(hashes.size).toBe(SEEDS)
  })

  test('comes from MILLRACE_SEED unless one is given', async () => {
    vi.stubEnv('MILLRACE_SEED', '41')
    expect((await again({})).seed).toBe('41')
    expect((await again({ seed: 42 })).seed).toBe(42)
    expect((await again({})).traceHash).toBe((await again({ seed: 41 })).traceHash)
    expect(seeds(1000)).toEqual(['41'])
  })

  test('stands in every failure', async () => {
    await expect(again({ seed: 9, restart: { maxRestarts: 0 } })).rejects.toMatchObject({
      code: 'MR_OPERATOR_FAILED',
      operator: 'map-1',
      message: expect.stringMatching(/record 150 fails once[^]*MILLRACE_SEED=9 replays it/) as string,
    })
    await expect(again({ seed: 9, maxSteps: 50 })).rejects.toMatchObject({
      code: 'MR_SIMULATION_FAILED',
      message: expect.stringMatching(/within 50 steps[^]*seed 9[^]*worker 0[^]*MILLRACE_SEED=9/) as string,
    })
  })
})

describe('a simulated run', () => {
  test('takes a checkpoint every 5 virtual milliseconds, their ids ascending', async () => {
    const run = await again({ seed: 3, workers: 3, batchRecords: 1, checkpointIntervalMs: 5 })
    expect(run.checkpoints.length).toBeGreaterThan(3)
    expect(run.checkpoints).toEqual(run.checkpoints.toSorted((a, b) => a - b))
    expect(run.checkpoints.length).toBeLessThanOrEqual(run.virtualMs / 5 + 2)
  })

  test('goes on from the checkpoints of an earlier one', async () => {
    for (const seed of many(50)) {
      const { options } = randomOptions(seed)
      const disk = new SimulatedDisk()
      const steps = { ...options, disk, config: { ...config, count: 900, throwAt: [] } }
      const first = await simulate(mixedJob, { ...steps, stop: { afterMs: 20 } })
      const second = await simulate(mixedJob, { ...steps, workers: 3 })
      const outlets = first.outcome === 'finished' ? first.outlets : second.outlets
      expect(sorted(outlets), `seed ${seed}`).toEqual(oracle(900))
    }
  })

  test('that is drained ends with what was read so far', async () => {
    for (const seed of many(30)) {
      const { options } = randomOptions(seed)
      const run = await simulate(mixedJob, {
        ...options,
        batchRecords: 1,
        stop: { afterMs: 10, drain: true },
        config: { ...config, count: 2000, throwAt: [] },
      })
      const [total] = run.outlets['total' as never] as { n: number }[]
      const steps = (run.outlets['running' as never] as { steps: number }[]).reduce((sum, row) => sum + row.steps, 0)
      expect(run.outcome).toBe('finished')
      expect(total?.n ?? 0, `seed ${seed}`).toBeGreaterThanOrEqual(steps)
      expect(total?.n ?? 0, `seed ${seed}`).toBeLessThanOrEqual(2667)
    }
  })

  test('reads files and async iterables, though its seed does not decide when', async () => {
    const path = fileURLToPath(import.meta.url)
    const { all, lines } = await runToEnd(outsideJob, {}, { config: { count: 100, mutate: false, path } })
    expect(all.map(({ n }) => n)).toEqual(Array.from({ length: 100 }, (_, n) => n))
    expect(lines.join('\n')).toBe(readFileSync(path, 'utf8').trimEnd())
  })

  test('freezes records', async () => {
    const mutating = runToEnd(outsideJob, {}, { config: { count: 3, mutate: true, path: null }, restart: { maxRestarts: 0 } })
    await expect(mutating).rejects.toThrow(/Cannot assign to read only property/)
  })

  test('refuses an inlet that the job does not have', async () => {
    await expect(runToEnd(mixedJob, { orders: [] }, { config })).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
  })
})
