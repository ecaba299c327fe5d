import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { LaunchSettings } from '../../../src/index.ts'
import { launch } from '../../../src/index.ts'
import { OUTLET_COMMITTED_BYTES_MAX } from '../../../src/limits.ts'
import job from '../../embed/jobs/crashing.ts'

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-embed-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }))
  return dir
}

const evenly = (crashes: number, count: number): number[] =>
  Array.from({ length: crashes }, (_, i) => Math.floor((count * (i + 1)) / (crashes + 1)))

/** 0 lost, 0 repeated, and each channel in its order. */
function expectExactly(count: number, passed: readonly { n: number }[], counted: readonly { key: number; count: number }[]): void {
  expect(passed.map(({ n }) => n)).toEqual(Array.from({ length: count }, (_, n) => n))
  const keys = Array.from({ length: 7 }, (_, key) => counted.filter((step) => step.key === key).map((step) => step.count))
  expect(keys).toEqual(keys.map((_, key) => Array.from({ length: Math.ceil((count - key) / 7) }, (__, i) => i + 1)))
}

const hasty: LaunchSettings = { workers: 2, checkpointIntervalMs: 5, restart: { maxRestarts: 100, backoff: { minMs: 1, maxMs: 5 } } }

test('a committed outlet gives each pushed record once over 30 restarts, a third of them with the loss of a thread', async () => {
  const count = 30_000
  const run = await launch(job, { ...hasty, config: { crashAt: evenly(30, count), markers: temporaryDir() } })
  const passed = run.outlet('passed', { delivery: 'committed' }).collect()
  const counted = run.outlet('counted', { delivery: 'committed' }).collect()
  for (let n = 0; n < count; n += 100) {
    await run.inlet('numbers').pushMany(Array.from({ length: 100 }, (_, i) => ({ n: n + i, text: '' })))
    await sleep(1)
  }
  expect(await run.stop({ drain: true })).toEqual({ outcome: 'finished', restarts: 30 })
  expectExactly(count, await passed, await counted)
})

test('a committed outlet gives each generated record once over 30 restarts, to a slow reader through small mailboxes', async () => {
  const count = 200_000
  const config = { generated: count, crashAt: evenly(30, count), markers: temporaryDir() }
  const run = await launch(job, { ...hasty, mailboxBytes: 64 * 1024, config })
  const counted = run.outlet('counted', { delivery: 'committed' }).collect()
  const passed: { n: number }[] = []
  const reader = (async () => {
    for await (const batch of run.outlet('passed', { delivery: 'committed' }).batches()) {
      passed.push(...batch)
      if (passed.length % 5 === 0) await sleep(1)
    }
  })()
  run.inlet('numbers').end()
  await reader
  expect(await run.done).toEqual({ outcome: 'finished', restarts: 30 })
  expectExactly(count, passed, await counted)
})

test('what waits to be committed is bounded: at half of the bound the outlet asks for a checkpoint itself', async () => {
  const count = 3 * Math.ceil(OUTLET_COMMITTED_BYTES_MAX / 4096)
  const config = { generated: count, textChars: 4096, crashAt: [], markers: temporaryDir() }
  const run = await launch(job, { workers: 2, checkpointIntervalMs: Infinity, config })
  const ids: string[] = []
  run.onNotice(({ type, text }) => void (type === 'checkpoint' && ids.push(text)))
  const counted = run.outlet('counted', { delivery: 'committed' }).collect()
  run.inlet('numbers').end()
  let next = 0
  for await (const { n } of run.outlet('passed', { delivery: 'committed' }))
    if (n !== next++) throw new Error(`${n} came as number ${next - 1}`)
  expect((await run.done).outcome).toBe('finished')
  expect(next).toBe(count)
  expect((await counted).length).toBe(count)
  // One at each half of the bound at least would be 6; the last one comes with the end.
  expect(ids.length).toBeGreaterThanOrEqual(3)
})

test('a stopped run gives what its last checkpoint covers, and the next one goes on from there', async () => {
  const stateDir = join(temporaryDir(), 'state')
  const options = { workers: 2, stateDir, checkpointIntervalMs: 10, config: { crashAt: [], markers: '' } }
  const seen: number[] = []
  for (let round = 0; round < 4; round++) {
    const run = await launch(job, options)
    const reader = run.outlet('passed', { delivery: 'committed' }).collect()
    const counted = run.outlet('counted', { delivery: 'committed' }).collect()
    const from = run.inlet('numbers').committed
    expect(from).toBe(seen.length)
    await run.inlet('numbers').pushMany(Array.from({ length: 3_000 }, (_, i) => ({ n: from + i, text: '' })))
    await sleep(20 * round)
    await run.stop({ drain: round === 3 })
    seen.push(...(await reader).map(({ n }) => n))
    await counted
  }
  expect(seen).toEqual(seen.map((_, n) => n))
  expect(seen.length).toBeGreaterThanOrEqual(3_000)
})

test('an outlet is read in one way only', async () => {
  const run = await launch(job, { workers: 1, config: { crashAt: [], markers: '' } })
  run.outlet('passed', { delivery: 'committed' })
  expect(run.outlet('passed').name).toBe('passed')
  expect(() => run.outlet('passed', { delivery: 'immediate' })).toThrow(/committed/)
  expect(() => run.outlet('counted', { delivery: 'later' as never })).toThrow(/immediate, committed/)
  await run.stop()
})
