import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FailureData, FailureKind } from '../../../src/core/failure.ts'
import { launch } from '../../../src/index.ts'
import type { BreakingConfig } from '../../engine/jobs/breaking.ts'
import { jobNamed, temporaryDir } from '../../engine/run-job.ts'

const breaking = await jobNamed('breaking')

const SUMS = Array.from({ length: 10 }, (_, key) => ({ key, sum: 2000 * key + 10 * ((2000 * 1999) / 2) }))

test.each<[BreakingConfig['how'], FailureKind, RegExp]>([
  ['throw', 'user-code', /planned/],
  ['reject', 'user-code', /planned/],
  ['unhandled', 'worker-error', /planned/],
  ['uncaught', 'worker-error', /planned/],
  ['exit', 'worker-exit', /exit/],
  ['heap', 'out-of-memory', /memory/],
  // Without checkpoints nothing but the watchdog asks the worker.
  ['loop', 'control-timeout', /did not answer ping\(\).*does not return/],
])('what breaks by %s is a failure of the kind %s, and the results are exact', async (how, kind, text) => {
  const run = await launch(breaking, {
    workers: 2,
    checkpointIntervalMs: how === 'loop' ? Infinity : 50,
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 },
    config: { how, marker: join(temporaryDir(), 'marker') },
  })
  const failures: FailureData[] = []
  run.onNotice(({ type, failure }) => type === 'restart' && failures.push(failure as FailureData))
  const sums = new Map((await run.outlet('sums').collect()).map((row) => [row.key, row]))
  expect([...sums.values()].toSorted((a, b) => a.key - b.key)).toEqual(SUMS)
  expect(await run.done).toMatchObject({ outcome: 'finished', restarts: 1 })
  expect(failures).toMatchObject([{ kind }])
  expect(failures[0]!.message).toMatch(text)
})
