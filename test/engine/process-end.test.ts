import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectExactResults } from './exact-results.ts'
import { runProgram } from './programs/spawn.ts'
import { temporaryDir } from './run-job.ts'

const COUNT = 60_000

function optionsIn(dir: string, count = COUNT): string {
  return JSON.stringify({ workers: 2, stateDir: join(dir, 'state'), checkpointIntervalMs: 10, mailboxBytes: 16_384, batchRecords: 128, config: { count, dir, pauseMs: 15 } })
}

/** Runs until it has finished, ended before by `end` again and again; returns how often. */
async function runThrough(dir: string, end: (attempt: number) => Promise<boolean>): Promise<number> {
  for (let attempt = 0; attempt < 60; attempt++) if (await end(attempt)) return attempt
  throw new Error('the job does not get to its end')
}

test('kill -9 at random instants, and again until it has finished: results and files are exact', async () => {
  const dir = temporaryDir()
  let from = 0
  const kills = await runThrough(dir, async (attempt) => {
    const onOutput = (_: string, child: { kill(): void }): void => {
      if (attempt < 10) setTimeout(() => child.kill(), Math.random() * 150)
    }
    const ending = await runProgram('resume', [optionsIn(dir)], { onOutput, limitMs: 20_000 })
    expect(ending.hung, ending.stdout + ending.stderr).toBe(false)
    expect(ending.stderr).toBe('')
    // Never back behind what an earlier process has completed.
    const started = Number(/from (\d+)/.exec(ending.stdout)?.[1] ?? from)
    expect(started).toBeGreaterThanOrEqual(from)
    from = started
    return ending.exitCode === 0
  })
  expect(kills).toBeGreaterThan(3)
  expect(from).toBeGreaterThan(0)
  expectExactResults(dir, COUNT)
})

test('process.exit in the app at random instants: no hang, the right code, and the state directory opens again', async () => {
  const dir = temporaryDir()
  const count = 100_000
  const exits = await runThrough(dir, async (attempt) => {
    const afterMs = attempt < 20 ? [`${Math.floor(Math.random() * 150)}`] : []
    const ending = await runProgram('resume', [optionsIn(dir, count), ...afterMs], { limitMs: 20_000 })
    expect(ending, ending.stdout + ending.stderr).toMatchObject({ hung: false, signal: null, stderr: '' })
    expect([0, 6]).toContain(ending.exitCode)
    return ending.exitCode === 0
  })
  expect(exits).toBeGreaterThan(10)
  expectExactResults(dir, count)
})

test('kill -9 while it starts: the next launch begins as if nothing had been', async () => {
  const dir = temporaryDir()
  for (let i = 0; i < 5; i++) await runProgram('resume', [optionsIn(dir)], { killAfterMs: 60 + Math.random() * 300 })
  const ending = await runProgram('resume', [optionsIn(dir)], { limitMs: 20_000 })
  expect(ending, ending.stdout + ending.stderr).toMatchObject({ hung: false, exitCode: 0 })
  expectExactResults(dir, COUNT)
})
