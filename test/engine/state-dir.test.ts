import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { LaunchOptions } from '../../src/index.ts'
import { launch } from '../../src/index.ts'
import { expectExactResults } from './exact-results.ts'
import { runProgram } from './programs/spawn.ts'
import { jobNamed, temporaryDir } from './run-job.ts'

const exact = await jobNamed('exact')
const endless = await jobNamed('endless')
const inlets = await jobNamed('inlets')

/** A state directory with a few checkpoints of a run that was stopped. */
async function stoppedRun(): Promise<{ dir: string; options: LaunchOptions }> {
  const dir = temporaryDir()
  const options = {
    workers: 2,
    stateDir: join(dir, 'state'),
    checkpointIntervalMs: 10,
    mailboxBytes: 16_384,
    batchRecords: 128,
    config: { count: 20_000, dir },
  }
  // Without end, so that it cannot be over before it is stopped.
  const run = await launch(exact, { ...options, config: { count: 1e12, dir, pauseMs: 10 } })
  while ((await run.stats()).checkpoint === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  const { completed, ageMs, latest } = (await run.stats()).checkpoints
  const { tookMs, phases } = latest!
  expect(completed).toBeGreaterThan(0)
  expect(ageMs).toBeGreaterThan(0)
  expect(Object.values(phases).reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(tookMs, 6)
  expect(Math.min(...Object.values(phases))).toBeGreaterThanOrEqual(0)
  expect(latest!.newBytes).toBeGreaterThan(0)
  expect(await run.stop()).toMatchObject({ outcome: 'stopped' })
  return { dir, options }
}

/** What launch() says in the end: on a busy machine the holder may be late to tell its pid. */
async function refusal(options: LaunchOptions): Promise<unknown> {
  for (;;) {
    const error: unknown = await launch(exact, options).then(
      () => null,
      (reason: unknown) => reason,
    )
    if (!String((error as Error | null)?.message).includes('used by another process')) return error
  }
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
}

describe('a state directory that is in use is refused, with the process that uses it:', () => {
  test('by another process; when that is killed it is free', async () => {
    const dir = temporaryDir()
    const options = { workers: 1, stateDir: join(dir, 'state'), config: { count: 1e9, dir } }
    let refused: unknown = null
    const holder = await runProgram('resume', [JSON.stringify(options)], {
      onOutput: (_, child) => {
        void refusal(options).then((error) => {
          refused = { error, pid: child.pid }
          child.kill()
        })
      },
    })
    expect(holder.signal).toBe('SIGKILL')
    expect(holder.hung).toBe(false)
    const { error, pid } = refused as { error: { code: string; message: string }; pid: number }
    expect(error.code).toBe('MR_STATE_DIR_LOCKED')
    expect(error.message).toContain(`process ${pid}`)
    const next = await launch(exact, { ...options, fresh: true, config: { count: 1_000, dir } })
    expect(await next.done).toMatchObject({ outcome: 'finished' })
  })

  test('by another run of this process', async () => {
    const stateDir = temporaryDir()
    const run = await launch(endless, { workers: 1, stateDir, config: { from: 'async' } })
    await expect(launch(endless, { workers: 1, stateDir, config: { from: 'async' } })).rejects.toMatchObject({
      code: 'MR_STATE_DIR_LOCKED',
    })
    await run.stop()
    const next = await launch(endless, { workers: 1, stateDir, config: { from: 'async' } })
    await next.stop()
  })
})

describe('a state directory of something else is refused, and usable with fresh: true:', () => {
  test('of another job', async () => {
    const { options } = await stoppedRun()
    const launched = launch(inlets, { ...options, config: {} })
    await expect(launched).rejects.toMatchObject({ code: 'MR_STATE_INCOMPATIBLE' })
    await expect(launched).rejects.toThrow(/exact/)
    const fresh = await launch(inlets, { ...options, config: {}, fresh: true })
    await fresh.stop()
  })

  test('with other key groups', async () => {
    const { options } = await stoppedRun()
    await expect(launch(exact, { ...options, keyGroups: 64 })).rejects.toMatchObject({ code: 'MR_STATE_INCOMPATIBLE' })
  })
})

test('fresh: true begins anew whatever there is', async () => {
  const { dir, options } = await stoppedRun()
  const run = await launch(exact, { ...options, fresh: true })
  expect((await run.stats()).checkpoint).toBeLessThan(1)
  expect(await run.done).toMatchObject({ outcome: 'finished' })
  expectExactResults(dir, 20_000)
})

describe('a state directory that cannot be used:', () => {
  test('a path that is a file', async () => {
    const path = join(temporaryDir(), 'file')
    writeFileSync(path, 'x')
    await expect(launch(endless, { stateDir: path, config: { from: 'sync' } })).rejects.toMatchObject({ code: 'MR_STATE_DIR_INVALID' })
  })

  test('files that are no database', async () => {
    const { options } = await stoppedRun()
    for (const path of filesBelow(options.stateDir!)) if (path.endsWith('.mdb')) writeFileSync(path, 'no database '.repeat(1000))
    await expect(launch(exact, options)).rejects.toMatchObject({ code: expect.stringMatching(/^MR_STATE_/) as string })
  })

  test('a file of the sink that is gone: the error says so', async () => {
    const { dir, options } = await stoppedRun()
    writeFileSync(join(dir, 'steps.txt'), '')
    const error = await launch(exact, { ...options, restart: { maxRestarts: 0 } }).then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: 'MR_SINK_FAILED', operator: 'steps-file' })
    expect((error as Error).message).toContain('steps.txt')
  })
})

test('a damaged chunk is found by its checksum, and no record comes out; with fresh: true the directory is usable', async () => {
  const { dir, options } = await stoppedRun()
  const data = filesBelow(options.stateDir!).find((path) => path.endsWith('data.mdb'))!
  const bytes = readFileSync(data)
  let found = 0
  for (let at = bytes.indexOf('w13'); at >= 0; at = bytes.indexOf('w13', at + 1)) {
    bytes.write('w31', at)
    found++
  }
  expect(found).toBeGreaterThan(0)
  writeFileSync(data, bytes)
  const error = await launch(exact, options).then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ code: 'MR_STATE_CORRUPT' })
  expect((error as Error).message).toMatch(/words/)
  const run = await launch(exact, { ...options, fresh: true })
  await run.done
  expectExactResults(dir, 20_000)
})
