import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Run } from '../../src/index.ts'
import { launch } from '../../src/index.ts'
import type { Item } from './jobs/inlets.ts'
import { inTier } from '../tier.ts'
import { jobNamed, temporaryDir } from './run-job.ts'

interface Step {
  readonly who: string
  readonly count: number
  readonly sum: number
}

const job = await jobNamed('inlets')

async function pushAll(run: Run, inlet: string, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) await run.inlet<Item>(inlet).push({ who: inlet, n })
}

function expectEveryStep(steps: readonly Step[], who: string, items: number): void {
  const mine = steps.filter((step) => step.who === who)
  expect(mine.length).toBe(items)
  mine.forEach((step, i) => {
    if (step.count !== i + 1 || step.sum !== (i * (i + 1)) / 2) throw new Error(`step ${i} of ${who} is ${JSON.stringify(step)}`)
  })
}

test.each(inTier([2], [1, 2]))(
  '100,000 pushed records come out as 100,000 steps in order, from two inlets, with %i workers',
  async (workers) => {
    const run = await launch(job, { workers, checkpointIntervalMs: 50 })
    const reader = run.outlet('steps').collect() as Promise<Step[]>
    await Promise.all([pushAll(run, 'left', 0, 50_000), pushAll(run, 'right', 0, 50_000)])
    expect(await run.stop({ drain: true })).toEqual({ outcome: 'finished', restarts: 0 })
    const steps = await reader
    expectEveryStep(steps, 'left', 50_000)
    expectEveryStep(steps, 'right', 50_000)
    expect([run.inlet('left').committed, run.inlet('right').committed]).toEqual([50_000, 50_000])
  },
)

test('tryPush says no when there is no room, and loses nothing; batches are of at most 1,024 records', async () => {
  const run = await launch(job, { workers: 2, mailboxBytes: 4096, ringBytes: 4096 })
  let refused = 0
  const reader = (async () => {
    const steps: Step[] = []
    for await (const batch of run.outlet('steps').batches()) {
      expect(batch.length).toBeGreaterThan(0)
      expect(batch.length).toBeLessThanOrEqual(1024)
      steps.push(...(batch as Step[]))
    }
    return steps
  })()
  for (let n = 0; n < 20_000;) {
    if (run.inlet<Item>('left').tryPush({ who: 'left', n })) n++
    else {
      refused++
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  await run.stop({ drain: true })
  expectEveryStep(await reader, 'left', 20_000)
  expect(refused).toBeGreaterThan(0)
})

test('push resolves to positions; committed follows the checkpoints', async () => {
  const run = await launch(job, { workers: 2, config: { silent: true }, checkpointIntervalMs: 20 })
  const inlet = run.inlet<Item>('left')
  for (let n = 0; n < 3_000; n++) expect(await inlet.push({ who: 'left', n })).toBe(n + 1)
  while (inlet.committed < 3_000) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(inlet.committed).toBe(3_000)
  await run.stop()
  await expect(inlet.push({ who: 'left', n: 0 })).rejects.toMatchObject({ code: 'MR_RUN_ENDED' })
  await expect(run.stats()).rejects.toMatchObject({ code: 'MR_RUN_ENDED' })
  await expect(run.checkpoint()).rejects.toMatchObject({ code: 'MR_RUN_ENDED' })
})

test('a record that cannot cross threads fails its own push with operator, path and site; its neighbours arrive', async () => {
  const run = await launch(job, { workers: 2 })
  const reader = run.outlet('steps').collect() as Promise<Step[]>
  const inlet = run.inlet<unknown>('left')
  await inlet.push({ who: 'left', n: 0 })
  const cycle: Record<string, unknown> = { who: 'left' }
  cycle['self'] = { cycle }
  for (const [record, path] of [
    [{ who: 'left', n: () => 1 }, 'n'],
    [{ who: 'left', deep: [{ at: Symbol('s') }] }, 'deep[0].at'],
    [{ who: 'left', n: new (class Money {})() }, 'n'],
    [cycle, 'self.cycle'],
  ] as const) {
    const refused = inlet.push(record)
    await expect(refused).rejects.toMatchObject({ code: 'MR_RECORD_NOT_SERIALIZABLE', operator: 'left' })
    await expect(refused).rejects.toThrow(`field ${path}`)
    await expect(refused).rejects.toThrow(/inlets\.[jt]s:\d+/)
  }
  await inlet.push({ who: 'left', n: 1 })
  await run.stop({ drain: true })
  expectEveryStep(await reader, 'left', 2)
})

test('a pushed record that is changed afterwards fails at the change, not somewhere else', async () => {
  const run = await launch(job, { workers: 1, config: { silent: true }, freezeRecords: true })
  const item = { who: 'left', n: 0 }
  await run.inlet('left').push(item)
  expect(() => (item.n = 1)).toThrow(TypeError)
  await run.stop({ drain: true })
})

test('several runs in one process, at once and one after the other', async () => {
  for (let round = 0; round < inTier(1, 2); round++) {
    const runs = await Promise.all([1, 2, 3].map(() => launch(job, { workers: 1 })))
    const readers = runs.map((run) => run.outlet('steps').collect() as Promise<Step[]>)
    await Promise.all(runs.map((run, i) => pushAll(run, 'right', 0, 100 * (i + 1))))
    await Promise.all(runs.map((run) => run.stop({ drain: true })))
    for (const [i, reader] of readers.entries()) expectEveryStep(await reader, 'right', 100 * (i + 1))
  }
})

const ROUNDS = inTier(3, 5)

test('stopped without drain and launched again and again, it goes on at the committed position: the file holds every record once', async () => {
  const dir = temporaryDir()
  const path = join(dir, 'items.jsonl')
  const options = { workers: 2, stateDir: join(dir, 'state'), config: { path, silent: true }, checkpointIntervalMs: 10 }
  const items = 15_000
  let position = 0
  for (let round = 1; round <= ROUNDS; round++) {
    const run = await launch(job, options)
    const inlet = run.inlet<Item>('left')
    expect(inlet.committed).toBe(position)
    for (let n = position; n < (items * round) / ROUNDS; n++) expect(await inlet.push({ who: 'left', n })).toBe(n + 1)
    if (round % 2 === 0) while (inlet.committed === position) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(await run.stop({ drain: round === ROUNDS })).toMatchObject({ outcome: round === ROUNDS ? 'finished' : 'stopped' })
    position = inlet.committed
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
    expect(lines.length).toBe(position)
  }
  const expected = Array.from({ length: items }, (_, n) => JSON.stringify({ who: 'left', n }))
  expect(readFileSync(path, 'utf8').split('\n').slice(0, -1)).toEqual(expected)
})

test('after a restart pushed records are replayed exactly: the file holds every record once, pushes go on meanwhile', async () => {
  const dir = temporaryDir()
  for (const crashAt of inTier([0, 1_024], [0, 1, 777, 1024, 5_000, 9_999])) {
    const path = join(dir, `${crashAt}.jsonl`)
    const config = { path, silent: true, crashAt, marker: join(dir, `${crashAt}.marker`) }
    const run = await launch(job, { workers: 2, config, checkpointIntervalMs: 5 })
    for (let n = 0; n < 10_000; n++) {
      await run.inlet<Item>('left').push({ who: 'left', n })
      if (n % 1000 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    }
    expect(await run.stop({ drain: true })).toEqual({ outcome: 'finished', restarts: 1 })
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
    expect(lines.map((line) => (JSON.parse(line) as Item).n)).toEqual(Array.from({ length: 10_000 }, (_, n) => n))
  }
})

test.each([0, 1])(
  'a slow reader of an outlet loses nothing by a restart, and gets again only what followed the last checkpoint (reads every %i ms)',
  async (pauseMs) => {
    const dir = temporaryDir()
    for (const crashAt of inTier([3_500], [2_000, 3_500, 4_999])) {
      const config = { crashAt, marker: join(dir, `${crashAt}.marker`) }
      const run = await launch(job, { workers: 2, config, checkpointIntervalMs: 5, mailboxBytes: 8192, ringBytes: 8192, batchRecords: 64 })
      const reader = (async () => {
        const counts: number[] = []
        for await (const batch of run.outlet('steps').batches()) {
          counts.push(...(batch as Step[]).map((step) => step.count))
          if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
        }
        return counts
      })()
      await pushAll(run, 'left', 0, 5_000)
      expect(await run.stop({ drain: true })).toEqual({ outcome: 'finished', restarts: 1 })
      const counts = await reader
      expect([...new Set(counts)].sort((a, b) => a - b)).toEqual(Array.from({ length: 5_000 }, (_, n) => n + 1))
      // One step back at most, where the restart was; everything else in order.
      const backwards = counts.filter((count, i) => i > 0 && count <= counts[i - 1]!)
      expect(backwards.length).toBeLessThanOrEqual(1)
    }
  },
)
