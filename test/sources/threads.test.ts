import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { launch } from '../../src/index.ts'
import { temporaryDir } from '../engine/run-job.ts'
import paced from './jobs/paced.ts'
import streamed from './jobs/streamed.ts'
import ticking from './jobs/ticking.ts'
import watched from './jobs/watched.ts'

vi.setConfig({ testTimeout: 60_000 })

function write(dir: string, name: string, count: number): string[] {
  const lines = Array.from({ length: count }, (_, n) => `${name}:${n}`)
  writeFileSync(join(dir, name), lines.join('\n'))
  return lines
}

async function linesIn(path: string, count: number): Promise<string[]> {
  for (;;) {
    const lines = read(path)
    if (lines.length >= count) return lines
    await delay(20)
  }
}

function read(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').slice(0, -1)
  } catch {
    return []
  }
}

const sorted = (lines: readonly string[]): string[] => lines.toSorted((a, b) => (a < b ? -1 : 1))
const sumBelow = (count: number): number => (count * (count - 1)) / 2

test.each(['throw', 'exit'] as const)(
  'files that come into a watched folder are read exactly once over crashes (%s) and launches',
  async (how) => {
    const root = temporaryDir()
    const dir = join(root, 'in')
    mkdirSync(dir)
    const out = join(root, 'out.txt')
    const options = {
      workers: 2,
      stateDir: join(root, 'state'),
      checkpointIntervalMs: 30,
      config: { dir, out, crash: { at: '3.log:4321', marker: join(root, 'marker'), how } },
    }
    const expected = [...write(dir, '1.log', 4_000), ...write(dir, '2.log', 10)]
    const first = await launch(watched, options)
    await linesIn(out, expected.length)
    expected.push(...write(dir, '3.log', 9_000), ...write(dir, '4.log', 9_000))
    await linesIn(out, expected.length)
    expect(await first.stop()).toMatchObject({ outcome: 'stopped', restarts: 1 })
    expect(sorted(read(out))).toEqual(sorted(expected))

    expected.push(...write(dir, '5.log', 100))
    const second = await launch(watched, { ...options, workers: 3 })
    await linesIn(out, expected.length)
    await second.stop()
    const found = read(out)
    expect(sorted(found)).toEqual(sorted(expected))
    expect(found.filter((line) => line.startsWith('3.log'))).toEqual(expected.filter((line) => line.startsWith('3.log')))
  },
)

test('a rate holds over a crash, and every row counts once', async () => {
  const marker = join(temporaryDir(), 'marker')
  const started = performance.now()
  const run = await launch(paced, {
    workers: 2,
    checkpointIntervalMs: 50,
    config: { count: 600, rowsPerSecond: 300, crash: { at: 300, marker, how: 'exit' } },
  })
  const [total, passed] = await Promise.all([run.outlet('total').collect(), run.outlet('passed').collect()])
  expect(await run.done).toMatchObject({ outcome: 'finished', restarts: 1 })
  expect(total).toEqual([{ rows: 600, sum: sumBelow(600) }])
  expect(new Set((passed as { n: number }[]).map(({ n }) => n)).size).toBe(600)
  // Row 300 is due after one second, and the others take another one after it.
  expect(performance.now() - started).toBeGreaterThan(1_900)
})

test('an endless source that pauses stops at once, and goes on where it was', async () => {
  const stateDir = temporaryDir()
  const options = { workers: 2, stateDir, config: { everyMs: 20, count: Infinity } }
  const seen: number[] = []
  for (let launches = 1; launches <= 2; launches++) {
    const run = await launch(ticking, options)
    const before = seen.length
    const reader = (async () => {
      for await (const tick of run.outlet('ticks')) seen.push((tick as { n: number }).n)
    })()
    while (seen.length < before + 5) await delay(5)
    expect(await run.stop()).toMatchObject({ outcome: 'stopped' })
    await reader
  }
  expect(seen).toEqual(seen.map((_, n) => n))
})

test.each(['node', 'web'] as const)(
  'a %s stream is closed when an attempt fails, opened again, and what was processed is skipped',
  async (from) => {
    const notes = temporaryDir()
    const run = await launch(streamed, { workers: 2, checkpointIntervalMs: 20, config: { from, count: 20_000, crashAt: 7_000, notes } })
    expect(await run.outlet('total').collect()).toEqual([{ rows: 20_000, sum: sumBelow(20_000) }])
    expect(await run.done).toMatchObject({ outcome: 'finished', restarts: 1 })
    expect(new Set(readdirSync(notes))).toEqual(new Set(['closed-1', 'closed-2', 'crashed', 'opened-1', 'opened-2']))
  },
)
