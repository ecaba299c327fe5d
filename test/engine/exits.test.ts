import { expect, test } from 'vitest'
import { launch } from '../../src/index.ts'
import { jobNamed } from './run-job.ts'

const exits = await jobNamed('exits')

test.each(['process', 'open'])('workers that end at the same time (in %s) are one failure, not one each', async (place) => {
  const run = await launch(exits, { workers: 4, config: { place }, restart: { maxRestarts: 1, backoff: { minMs: 1 } } })
  expect(new Set(await run.outlet('rows').collect()).size).toBe(10_000)
  expect(await run.done).toEqual({ outcome: 'finished', restarts: 1 })
})
