import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { launch } from '../../../src/index.ts'
import job, { EXIT, SEEN } from '../../embed/jobs/steady.ts'

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Computes without a pause. */
function compute(ms: number): number {
  const endMs = performance.now() + ms
  let sum = 0
  while (performance.now() < endMs) for (let i = 0; i < 10_000; i++) sum += Math.sqrt(i)
  return sum
}

async function steadily() {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-busy-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }))
  const shared = new SharedArrayBuffer(8)
  const words = new Int32Array(shared)
  const run = await launch(job, { appBusy: true, checkpointIntervalMs: 100, config: { shared, marker: join(dir, 'marker') } })
  const seen = (): number => Atomics.load(words, SEEN)
  return { run, words, seen }
}

/** Computes in another process: takes what a busy app thread takes of the machine, and nothing else. */
async function computeElsewhere(ms: number): Promise<void> {
  const program = `const endMs = performance.now() + ${ms}; while (performance.now() < endMs);`
  await once(spawn(process.execPath, ['-e', program], { stdio: 'ignore' }), 'exit')
}

test('an app thread that computes for 5 s at a stretch costs the pipeline neither its rate nor its checkpoints', async () => {
  const { run, seen } = await steadily()
  await sleep(500)
  const measure = async (spend: (ms: number) => unknown, ms: number) => {
    const [fromSeen, fromMs, from] = [seen(), performance.now(), (await run.stats()).checkpoint]
    await spend(ms)
    const [toSeen, toMs] = [seen(), performance.now()]
    return { rate: (toSeen - fromSeen) / (toMs - fromMs), checkpoints: (await run.stats()).checkpoint - from }
  }
  const before = await measure(computeElsewhere, 2_500)
  const busy = await measure(compute, 5_000)
  const after = await measure(computeElsewhere, 2_500)
  await run.stop()
  const rate = (before.rate + after.rate) / 2
  const checkpoints = before.checkpoints + after.checkpoints
  const told = `another process busy: ${rate.toFixed(0)} records/ms, ${checkpoints} checkpoints; app thread busy: ${busy.rate.toFixed(0)}, ${busy.checkpoints}`
  process.stderr.write(`${told}\n`)
  // Less than all of it, since the tests share their cores with each other.
  expect(busy.rate, told).toBeGreaterThan(0.6 * rate)
  expect(busy.checkpoints, told).toBeGreaterThan(0.6 * checkpoints)
})

test('a worker that is lost while the app thread computes is replaced, and the job restarted, without it', async () => {
  const { run, words, seen } = await steadily()
  await sleep(500)
  Atomics.store(words, EXIT, 1)
  compute(2_000)
  const before = seen()
  compute(500)
  expect(seen()).toBeGreaterThan(before)
  const { attempt, restarts } = await run.stats()
  expect({ attempt, restarts }).toEqual({ attempt: 2, restarts: 1 })
  await run.stop()
})

test('a busy app leaves itself a core, and one worker at least', async () => {
  const { run } = await steadily()
  expect((await run.stats()).workers.length).toBe(Math.max(1, availableParallelism() - 1))
  await run.stop()
})
