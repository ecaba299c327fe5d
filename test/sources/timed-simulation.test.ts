import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { SimulatedDisk, simulate } from '../../src/testing/index.ts'
import type { Tick } from '../../src/index.ts'
import { makeDir, removeDir } from '../engine/run-job.ts'
import paced from './jobs/paced.ts'
import ticking from './jobs/ticking.ts'

vi.setConfig({ testTimeout: 60_000 })
const dir = makeDir()
afterAll(() => removeDir(dir))

const sumBelow = (count: number): number => (count * (count - 1)) / 2

test('rows come at their rate in virtual time, whatever the workers and splits', async () => {
  for (let seed = 1; seed <= 8; seed++) {
    const workers = 1 + (seed % 3)
    const run = await simulate(paced, { seed, workers, config: { count: 600, rowsPerSecond: 10, splits: 1 + (seed % 5) } })
    expect(run.outlets['total']).toEqual([{ rows: 600, sum: sumBelow(600) }])
    // Row 599 is due after 59.9 s. Where one instance has more splits it is not later than that either.
    expect(run.virtualMs, `seed ${seed}`).toBeGreaterThan(59_000)
    expect(run.virtualMs, `seed ${seed}`).toBeLessThan(70_000)
  }
})

test('rows of all instances come nearly in order', async () => {
  const run = await simulate(paced, { seed: 5, workers: 3, config: { count: 500, rowsPerSecond: 20 } })
  const rows = (run.outlets['passed'] as { n: number }[]).map(({ n }) => n)
  expect(rows).toHaveLength(500)
  // Threads stall for less than half a second: ten rows.
  rows.forEach((n, place) => expect(Math.abs(n - place)).toBeLessThanOrEqual(40))
})

test('a paced job that throws goes on from its checkpoint, and results are exact', async () => {
  let restarts = 0
  for (let seed = 1; seed <= 6; seed++) {
    const crash = { at: 150, marker: join(dir, `paced-${seed}`), how: 'throw' } as const
    const config = { count: 300, rowsPerSecond: 100, crash }
    const run = await simulate(paced, { seed, workers: 2, checkpointIntervalMs: 200, config })
    expect(run.outlets['total'], `seed ${seed}`).toEqual([{ rows: 300, sum: sumBelow(300) }])
    const passed = run.outlets['passed'] as { n: number }[]
    expect(new Set(passed.map(({ n }) => n)).size).toBe(300)
    // 1.5 s before the crash, of which at least the first second is not read again.
    expect(passed.length, `seed ${seed}`).toBeLessThan(450)
    restarts += run.restarts
  }
  expect(restarts).toBeGreaterThanOrEqual(1)
})

test('a rate may change from run to run, but not come or go', async () => {
  const disk = new SimulatedDisk()
  const run = (rowsPerSecond: number | undefined, stop?: { afterMs: number }) =>
    simulate(paced, { seed: 1, disk, ...(stop && { stop }), config: { count: 100, ...(rowsPerSecond && { rowsPerSecond }) } as never })
  expect((await run(10, { afterMs: 3_000 })).outcome).toBe('stopped')
  await expect(run(undefined)).rejects.toMatchObject({ code: 'MR_STATE_INCOMPATIBLE', operator: 'rows' })
  const rest = await run(Infinity)
  expect(rest.outlets['total']).toEqual([{ rows: 100, sum: sumBelow(100) }])
  expect(rest.outlets['passed']!.length).toBeLessThan(100)
  expect(rest.virtualMs).toBeLessThan(5_000)
})

test('ticks come at their times, numbered without gaps over restarts', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const crash = { at: 20, marker: join(dir, `ticking-${seed}`) }
    const run = await simulate(ticking, { seed, workers: 2, checkpointIntervalMs: 1_000, config: { everyMs: 500, count: 40, crash } })
    expect(run.outlets['total'], `seed ${seed}`).toEqual([{ ticks: 40, sum: sumBelow(40) }])
    const ticks = run.outlets['ticks'] as Tick[]
    expect(new Set(ticks.map(({ n }) => n)).size).toBe(40)
    ticks.forEach((tick, i) => {
      if (i === 0 || tick.n !== ticks[i - 1]!.n + 1) return
      // Late ones may come closer to the next; a tick is never early.
      expect(tick.at - ticks[i - 1]!.at, `seed ${seed}, tick ${tick.n}`).toBeGreaterThan(0)
    })
    expect(run.virtualMs, `seed ${seed}`).toBeGreaterThan(20_000 - 1)
    expect(run.virtualMs, `seed ${seed}`).toBeLessThan(25_000)
  }
})
