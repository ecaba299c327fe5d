import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { launch } from '../../../src/index.ts'
import type { Run } from '../../../src/index.ts'
import { jobNamed, temporaryDir } from '../../engine/run-job.ts'

const endless = await jobNamed('endless')
const lateRows = await jobNamed('late-rows')
const inlets = await jobNamed('inlets')

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Until the last actors of the job have got records. */
async function untilRecordsFlow(run: Run): Promise<void> {
  for (;;) {
    const actors = (await run.stats()).workers.flatMap((worker) => worker.actors)
    if (actors.length > 0 && actors.every(({ recordsIn }) => recordsIn > 0)) return
    await sleep(5)
  }
}

function linesOf(path: string): string[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8').split('\n').slice(0, -1)
}

describe.each(['generate', 'sync', 'async', 'silent'] as const)('an endless source (%s)', (from) => {
  test('ends by stop({ drain: true }) with its last results', async () => {
    const run = await launch(endless, { workers: 2, config: { from } })
    const reader = run.outlet('counted').collect() as Promise<{ rows: number }[]>
    await untilRecordsFlow(run)
    expect(await run.stop({ drain: true })).toMatchObject({ outcome: 'finished' })
    expect((await reader).at(-1)!.rows).toBeGreaterThan(0)
  })

  test('stopped and launched again goes on: the file has every row once, in order', async () => {
    const dir = temporaryDir()
    const path = join(dir, 'rows.txt')
    const options = { workers: 2, stateDir: join(dir, 'state'), config: { from, path }, checkpointIntervalMs: 10 }
    let length = 0
    for (let round = 0; round < 3; round++) {
      const run = await launch(endless, options)
      while ((from !== 'silent' || round === 0) && linesOf(path).length <= length) await sleep(5)
      expect(await run.stop()).toMatchObject({ outcome: 'stopped' })
      const lines = linesOf(path)
      lines.forEach((line, n) => {
        if (line !== `${n}`) throw new Error(`line ${n} is ${line}`)
      })
      length = lines.length
    }
    expect(length).toBeGreaterThan(0)
  })
})

test('a drain outlives a restart: the sources end in the next attempt too', async () => {
  const dir = temporaryDir()
  const run = await launch(endless, {
    workers: 2,
    checkpointIntervalMs: 10,
    config: { from: 'async', path: join(dir, 'rows.txt'), marker: join(dir, 'marker') },
  })
  await untilRecordsFlow(run)
  // The first checkpoints may hold nothing, and what no checkpoint holds is not read again: the sources of the next attempt end at once.
  const { checkpoint } = await run.stats()
  while ((await run.stats()).checkpoint < checkpoint + 2) await sleep(5)
  expect(await run.stop({ drain: true })).toEqual({ outcome: 'finished', restarts: 1 })
  const lines = linesOf(join(dir, 'rows.txt'))
  expect(lines.length).toBeGreaterThan(0)
  expect(lines).toEqual(lines.map((_, n) => `${n}`))
})

test('an outlet that nobody reads does not hold up stop(), and can be read afterwards', async () => {
  const run = await launch(endless, { workers: 2, config: { from: 'generate', outlet: true }, mailboxBytes: 16 * 1024 })
  await untilRecordsFlow(run)
  await sleep(200)
  expect(await run.stop()).toMatchObject({ outcome: 'stopped' })
  const rows = (await run.outlet('rows').collect()) as number[]
  expect(rows.length).toBeGreaterThan(0)
  expect(rows).toEqual(rows.map((_, n) => n))
})

test.each([
  [20_000, 'finished'],
  [150_000, 'stopped'],
] as const)('nor does it when the sources have ended, and %i rows of 1 KiB are still to come: %s', async (keys, outcome) => {
  const stateDir = join(temporaryDir(), 'state')
  const options = { workers: 2, config: { keys }, stateDir, checkpointTimeoutMs: 600_000 }
  const run = await launch(lateRows, options)
  for (let blocked = false; !blocked; await sleep(5)) {
    const actors = (await run.stats()).workers.flatMap((worker) => worker.actors)
    blocked = actors.some(({ name, recordsOut }) => name.startsWith('aggregate') && recordsOut > 0)
  }
  expect(await run.stop()).toMatchObject({ outcome })
  const first = await run.outlet('rows').collect()
  if (outcome === 'finished') return expect(first.length).toBe(keys)
  const next = await launch(lateRows, options)
  const reading = next.outlet('rows').collect()
  expect(await next.done).toMatchObject({ outcome: 'finished' })
  expect(new Set((await reading).map(({ key }) => key)).size).toBe(keys)
})

test('a reader that leaves early, then the end of the scope: the run is over at once', async () => {
  let seen = 0
  let leftMs = Infinity
  let leftRun
  {
    await using run = await launch(endless, { workers: 2, config: { from: 'generate', outlet: true } })
    leftRun = run
    for await (const _ of run.outlet('rows')) if (++seen === 10) break
    leftMs = performance.now()
  }
  expect(await leftRun.done).toMatchObject({ outcome: 'stopped' })
  // Threads that do not end by themselves are given 10 s.
  expect(performance.now() - leftMs).toBeLessThan(9_500)
})

test('a slow reader gets everything of a job that has ended', async () => {
  const run = await launch(inlets, { workers: 2, mailboxBytes: 16 * 1024 })
  const pushing = (async () => {
    for (let n = 0; n < 5_000; n++) await run.inlet('left').push({ who: 'left', n })
    return run.stop({ drain: true })
  })()
  let count = 0
  for await (const batch of run.outlet('steps').batches()) {
    await sleep(1)
    count += batch.length
  }
  expect(count).toBe(5_000)
  expect(await pushing).toMatchObject({ outcome: 'finished' })
})

test('stop is the same however often it is called, also after the end', async () => {
  const run = await launch(endless, { workers: 1, config: { from: 'async' } })
  const first = run.stop()
  expect(await Promise.all([run.stop(), run.stop({ drain: true }), first])).toEqual(Array(3).fill({ outcome: 'stopped', restarts: 0 }))
  expect(await run.stop()).toEqual({ outcome: 'stopped', restarts: 0 })
  await run[Symbol.asyncDispose]()
})

describe('an AbortSignal ends a run with MR_ABORTED and its reason:', () => {
  test('before launch', async () => {
    const reason = new Error('changed my mind')
    await expect(launch(endless, { signal: AbortSignal.abort(reason), config: { from: 'sync' } })).rejects.toMatchObject({
      code: 'MR_ABORTED',
      cause: reason,
    })
  })

  test.each([0, 5, 20, 50, 100, 200])('%i ms after the call of launch', async (afterMs) => {
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    setTimeout(() => controller.abort(reason), afterMs)
    const running = (async () =>
      (await launch(endless, { workers: 2, signal: controller.signal, config: { from: 'generate', outlet: true } })).done)()
    await expect(running).rejects.toMatchObject({ code: 'MR_ABORTED', cause: reason })
  })

  test('and leaves a state directory that the next launch goes on from', async () => {
    const dir = temporaryDir()
    const path = join(dir, 'rows.txt')
    const options = { workers: 2, stateDir: join(dir, 'state'), config: { from: 'async', path }, checkpointIntervalMs: 10 }
    const controller = new AbortController()
    const run = await launch(endless, { ...options, signal: controller.signal })
    while (linesOf(path).length === 0) await sleep(5)
    controller.abort()
    await expect(run.done).rejects.toMatchObject({ code: 'MR_ABORTED' })
    const before = linesOf(path).length
    const next = await launch(endless, options)
    while (linesOf(path).length <= before) await sleep(5)
    await next.stop()
    const lines = linesOf(path)
    expect(before).toBeGreaterThan(0)
    expect(lines.length).toBeGreaterThan(before)
    expect(lines).toEqual(lines.map((_, n) => `${n}`))
  })
})
