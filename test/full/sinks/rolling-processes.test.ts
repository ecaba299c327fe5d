import { join } from 'node:path'
import { expect, test } from 'vitest'
import { launch } from '../../../src/index.ts'
import { runLaunch, runProgram } from '../../engine/programs/spawn.ts'
import job from '../../sinks/jobs/rolling.ts'
import { hiddenFiles, linesOf, visibleFiles } from '../../sinks/part-files.ts'
import { temporaryDir } from '../../sinks/temporary-dir.ts'

const COUNT = 60_000
const url = new URL('../../sinks/jobs/rolling.js', import.meta.url).href
const all = Array.from({ length: COUNT }, (_, n) => n)

function rowsIn(dir: string, sink: string): number[] {
  return linesOf(visibleFiles(join(dir, sink))).map((line) => (JSON.parse(line) as { n: number }).n)
}

function expectExact(dir: string): void {
  for (const sink of ['plain', 'zipped']) {
    expect(rowsIn(dir, sink).toSorted((a, b) => a - b)).toEqual(all)
    expect(hiddenFiles(join(dir, sink))).toEqual([])
  }
}

test('a worker thread that ends: part files are exact', async () => {
  const dir = temporaryDir()
  const config = { count: COUNT, dir, exitAt: 40_000, marker: join(dir, 'marker') }
  const run = await launch(job, { workers: 2, config, checkpointIntervalMs: 20 })
  expect(await run.done).toMatchObject({ outcome: 'finished', restarts: 1 })
  expectExact(dir)
})

test('kill -9, again and again: what is visible is never twice, and in the end it is all', async () => {
  const dir = temporaryDir()
  // The pauses alone last longer than all runs that are killed: none of them can finish.
  const config = { count: COUNT, dir, pauseMs: 90 }
  const options = { workers: 2, stateDir: join(dir, 'state'), checkpointIntervalMs: 15, config }
  for (const killAfterMs of [400, 600, 500, 700]) {
    await runProgram('launch', [url, JSON.stringify(options)], { killAfterMs })
    for (const sink of ['plain', 'zipped']) {
      const rows = rowsIn(dir, sink)
      expect(new Set(rows).size).toBe(rows.length)
    }
  }
  const { told } = await runLaunch(url, { ...options, config: { ...config, pauseMs: 0 } })
  expect(told).toMatchObject({ result: { outcome: 'finished' } })
  expectExact(dir)
})

test('kill -9 between the last checkpoint and what sinks commit with it: the next launch commits, and finds nothing to do', async () => {
  const dir = temporaryDir()
  const config = { count: COUNT, dir, killsAtEnd: true, marker: join(dir, 'marker') }
  const options = { workers: 2, stateDir: join(dir, 'state'), checkpointIntervalMs: 50, config }
  expect(await runLaunch(url, options)).toMatchObject({ signal: 'SIGKILL' })
  const { told } = await runLaunch(url, options)
  expect(told).toMatchObject({ result: { outcome: 'finished' } })
  expectExact(dir)
})

test('killed before its first checkpoint: the next launch removes what that one had open', async () => {
  const dir = temporaryDir()
  const options = { workers: 2, stateDir: join(dir, 'state'), config: { count: COUNT, dir } }
  const slow = { ...options, config: { count: 1e9, dir }, checkpointIntervalMs: 1e9 }
  let killed = false
  const kill = (text: string, child: { kill(): void }): void => {
    if (!text.includes('began') || killed) return
    killed = true
    setTimeout(() => child.kill(), 300)
  }
  await runProgram('launch', [url, JSON.stringify(slow)], { onOutput: kill })
  expect(hiddenFiles(join(dir, 'plain'))).not.toEqual([])
  const { outcome } = await (await launch(job, options)).done
  expect(outcome).toBe('finished')
  expectExact(dir)
})

test('fresh: true, killed before its first checkpoint: the old lineage is gone, and the next launch begins anew', async () => {
  const dir = temporaryDir()
  const config = { count: COUNT, dir }
  const options = { workers: 2, stateDir: join(dir, 'state'), config }
  const old = await launch(job, { ...options, config: { ...config, count: 1e9 } })
  await old.stop()
  const before = rowsIn(dir, 'plain').length
  const fresh = { ...options, config: { ...config, count: 1e9 }, fresh: true, checkpointIntervalMs: 1e9 }
  const kill = (text: string, child: { kill(): void }): void => void (text.includes('began') && child.kill())
  expect(await runProgram('launch', [url, JSON.stringify(fresh)], { onOutput: kill })).toMatchObject({ signal: 'SIGKILL' })
  const run = await launch(job, options)
  const { outcome } = await run.done
  expect(outcome).toBe('finished')
  expect(rowsIn(dir, 'plain').length).toBe(before + COUNT)
})
