import { expect, test } from 'vitest'
import { launch } from '../../../src/index.ts'
import { COUNTER_BYTES, RECORDS } from '../../engine/jobs/liveness.ts'
import { measure } from '../../engine/measure.ts'
import type { MemoryOverTime } from '../../engine/measure.ts'
import { jobNamed } from '../../engine/run-job.ts'

test('an app thread that is blocked for 5 s holds up neither records nor checkpoints', async () => {
  const seen = await measure<{ freePerMs: number; blockedPerMs: number; checkpoints: number }>('blocked', 5)
  // A blocked app thread takes one of the cores itself; on a busy machine the rest varies. What waits for the app thread stands still.
  expect(seen.blockedPerMs).toBeGreaterThan(seen.freePerMs / 20)
  expect(seen.checkpoints).toBeGreaterThan(2)
})

test.each(['ticks-busy', 'ticks-idle'])("a user's interval of 50 ms in the workers keeps running (%s)", async (situation) => {
  let share = 0
  // What else runs on the machine takes ticks too, also of the app thread's interval beside it: the best of many counts.
  for (let i = 0; i < 10 && share < 0.8; i++) {
    const { seen, reference, records } = await measure<{ seen: number[]; reference: number; records: number }>(situation, 3)
    share = Math.max(share, Math.min(...seen) / reference)
    if (situation === 'ticks-busy') expect(records).toBeGreaterThan(0)
  }
  expect(share).toBeGreaterThanOrEqual(0.8)
})

test('an idle run uses no measurable CPU, and little memory', async () => {
  let [cpuShare, aboveBareMb] = [Infinity, Infinity]
  for (let i = 0; i < 5 && (cpuShare >= 0.01 || aboveBareMb >= 120); i++) {
    const idle = await measure<{ cpuShare: number; aboveBareMb: number }>('idle', 4)
    cpuShare = Math.min(cpuShare, idle.cpuShare)
    aboveBareMb = Math.min(aboveBareMb, idle.aboveBareMb)
  }
  console.log(`idle: ${(100 * cpuShare).toFixed(2)} % of a core, ${aboveBareMb.toFixed(0)} MB above bare Node.js`)
  expect(cpuShare).toBeLessThan(0.01)
  expect(aboveBareMb).toBeLessThan(120)
})

test('a string kept of every batch pins no more than a slice of it', async () => {
  const job = await jobNamed('liveness')
  const counters = new SharedArrayBuffer(COUNTER_BYTES)
  const batches = 1_500
  // A whole batch of text would be 60 KB for each string: 90 MB in all.
  const limits = { maxOldGenerationSizeMb: 40, maxYoungGenerationSizeMb: 16 }
  const config = { from: 'generate', counters, keeps: true, count: 1024 * batches }
  const run = await launch(job, {
    workers: 2,
    transport: 'ring',
    chaining: 'off',
    freezeRecords: false,
    resourceLimits: limits,
    restart: { maxRestarts: 0 },
    config,
  })
  expect(await run.done).toMatchObject({ outcome: 'finished' })
  expect(new Int32Array(counters)[RECORDS]).toBe(1024 * batches)
})

test('a sink that is far slower than its source keeps memory flat', async () => {
  const { samples, records } = await measure<MemoryOverTime>('slow-sink', 7)
  const warm = samples.filter(({ second }) => second > 2.5).map(({ rssMb }) => rssMb)
  expect(records).toBeGreaterThan(0)
  expect(Math.max(...warm) - warm[0]!).toBeLessThan(60)
})
