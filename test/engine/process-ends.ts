import { join } from 'node:path'
import { expect } from 'vitest'
import { expectExactResults } from './exact-results.ts'
import { runProgram } from './programs/spawn.ts'
import { temporaryDir } from './run-job.ts'

function optionsIn(dir: string, count: number): string {
  const bounds = { checkpointIntervalMs: 10, mailboxBytes: 16_384, batchRecords: 128 }
  return JSON.stringify({ workers: 2, stateDir: join(dir, 'state'), ...bounds, config: { count, dir, pauseMs: 15 } })
}

/** Runs until it has finished; every run may be ended before. Returns how many were. */
async function runThrough(runOnce: (attempt: number) => Promise<boolean>): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) if (await runOnce(attempt)) return attempt
  throw new Error('the job does not get to its end')
}

/**
 * kill -9 so many times, each somewhere within the first 150 ms of a run, then a run to the end; nothing may be lost or repeated. Where that is too
 * early for any checkpoint, runs get more and more time, until one goes on from a checkpoint.
 */
export async function expectExactAfterKills(kills: number, count: number): Promise<void> {
  const dir = temporaryDir()
  let from = 0
  let reachMs = 150
  const killed = await runThrough(async (attempt) => {
    const onOutput = (_: string, child: { kill(): void }): void => {
      if (attempt < kills || from === 0) setTimeout(() => child.kill(), 20 + Math.random() * reachMs)
    }
    const ending = await runProgram('resume', [optionsIn(dir, count)], { onOutput })
    expect(ending, ending.stdout + ending.stderr).toMatchObject({ hung: false, stderr: '' })
    // Never back behind what an earlier process has completed.
    const started = Number(/from (\d+)/.exec(ending.stdout)?.[1] ?? from)
    expect(started).toBeGreaterThanOrEqual(from)
    from = started
    if (from === 0 && attempt >= kills / 2) reachMs *= 1.5
    return ending.exitCode === 0
  })
  expect(killed).toBeGreaterThan(0)
  expect(from).toBeGreaterThan(0)
  expectExactResults(dir, count)
}

/** process.exit so many times, each soon after the start, then a run to the end. */
export async function expectExactAfterExits(exits: number, count: number): Promise<void> {
  const dir = temporaryDir()
  const exited = await runThrough(async (attempt) => {
    const afterMs = attempt < exits ? [`${Math.floor(Math.random() * 80)}`] : []
    const ending = await runProgram('resume', [optionsIn(dir, count), ...afterMs])
    expect(ending, ending.stdout + ending.stderr).toMatchObject({ hung: false, signal: null, stderr: '' })
    expect([0, 6]).toContain(ending.exitCode)
    return ending.exitCode === 0
  })
  expect(exited).toBeGreaterThan(0)
  expectExactResults(dir, count)
}

export async function expectExactAfterEarlyKills(kills: number, count: number): Promise<void> {
  const dir = temporaryDir()
  for (let i = 0; i < kills; i++) await runProgram('resume', [optionsIn(dir, count)], { killAfterMs: 60 + Math.random() * 300 })
  const ending = await runProgram('resume', [optionsIn(dir, count)])
  expect(ending, ending.stdout + ending.stderr).toMatchObject({ hung: false, exitCode: 0 })
  expectExactResults(dir, count)
}
