import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Prng } from '../../../src/core/prng.ts'
import { launch } from '../../../src/index.ts'
import { expectExactResults } from '../../engine/exact-results.ts'
import type { ExactConfig, Place } from '../../engine/jobs/exact.ts'
import { jobNamed, temporaryDir } from '../../engine/run-job.ts'

const job = await jobNamed('exact')

const PLACES: readonly Place[] = ['source', 'map', 'scan', 'flatMap', 'add', 'sink']

/** Returns how many checkpoints preceded the crash. */
async function expectExactAfterCrash(config: ExactConfig, options: object): Promise<number> {
  const run = await launch(job, { workers: 2, checkpointIntervalMs: 20, mailboxBytes: 16_384, batchRecords: 128, ...options, config })
  const notices: string[] = []
  run.onNotice(({ type }) => notices.push(type))
  expect(await run.done).toEqual({ outcome: 'finished', restarts: 1 })
  expect(existsSync(join(config.dir, 'crashed'))).toBe(true)
  expectExactResults(config.dir, config.count)
  return notices.indexOf('restart')
}

const COUNT = 12_000

test.each(PLACES)('a function that throws once, in %s, at random records: results and files are exact', async (place) => {
  const seed = Number(process.env['MILLRACE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  const prng = new Prng(seed)
  let checkpoints = 0
  // Late ones at the end, slower and slower, until a checkpoint has preceded one.
  for (let i = 0; i < 4 || checkpoints === 0; i++) {
    const crashAt = i < 3 ? prng.nextInt(COUNT) : COUNT - 1 - prng.nextInt(COUNT >> 3)
    const pauseMs = 15 * Math.max(1, i - 2)
    const options = {
      workers: 1 + prng.nextInt(3),
      transport: prng.nextFloat() < 0.3 ? 'ring' : 'auto',
      chaining: prng.nextFloat() < 0.3 ? 'off' : 'on',
    }
    try {
      checkpoints += await expectExactAfterCrash({ count: COUNT, dir: temporaryDir(), place, crashAt, pauseMs }, options)
    } catch (error) {
      throw new Error(`seed ${seed}, place ${place}, record ${crashAt}, ${JSON.stringify(options)}`, { cause: error })
    }
  }
})

test.each([100, 6_000, COUNT - 1])('a worker that exits once, at record %i: results and files are exact', async (crashAt) => {
  await expectExactAfterCrash({ count: COUNT, dir: temporaryDir(), place: 'map', crashAt, how: 'exit', pauseMs: 15 }, {})
})

test('a finished run that is launched again on its state directory begins anew', async () => {
  const dir = temporaryDir()
  const stateDir = join(dir, 'state')
  for (const count of [3_000, 2_000]) {
    const run = await launch(job, { workers: 2, stateDir, config: { count, dir } })
    expect(await run.done).toEqual({ outcome: 'finished', restarts: 0 })
    expectExactResults(dir, count)
  }
})

test('stopped with one number of workers and resumed with another: results and files are exact', async () => {
  const dir = temporaryDir()
  const options = { stateDir: join(dir, 'state'), checkpointIntervalMs: 10, config: { count: COUNT, dir, pauseMs: 10 } }
  for (const workers of [2, 3, 1]) {
    const run = await launch(job, { ...options, workers })
    while ((await run.stats().catch(() => ({ checkpoint: 1 }))).checkpoint === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await run.stop()
  }
  const run = await launch(job, { ...options, workers: 2 })
  expect(await run.done).toMatchObject({ outcome: 'finished' })
  expectExactResults(dir, COUNT)
})
