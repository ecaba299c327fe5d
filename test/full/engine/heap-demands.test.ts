import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FailureData } from '../../../src/core/failure.ts'
import { type MillraceError, launch } from '../../../src/index.ts'
import { jobNamed, temporaryDir } from '../../engine/run-job.ts'

const greedy = await jobNamed('greedy')
const config = (always: boolean) => ({ always, marker: join(temporaryDir(), 'marker') })

test('who takes more heap than it demanded loses its worker, nobody else does, and the job restarts with exact results', async () => {
  const run = await launch(greedy, { workers: 2, checkpointIntervalMs: 20, config: config(false) })
  const failures: FailureData[] = []
  run.onNotice(({ type, failure }) => type === 'restart' && failures.push(failure as FailureData))
  const places = await run.outlet('places').collect()
  // On a thread of its own, and with the limit that the plan has for it.
  expect(places.at(-1)).toEqual({ key: 'apart, 64 MB', count: 20_000 })
  expect(await run.done).toMatchObject({ outcome: 'finished', restarts: 1 })
  expect(failures).toMatchObject([{ kind: 'out-of-memory', code: 'MR_WORKER_LOST' }])
  expect(failures[0]!.message).toContain('Worker 0 was lost')
  expect(failures[0]!.message).toContain('(limit 64 MB: demand.heapBytes of its actors, and 32 MB for the engine)')
})

test('without restarts the job fails, and the error says which limit it was', async () => {
  const run = await launch(greedy, { workers: 2, restart: { maxRestarts: 0 }, config: config(true) })
  const error = await run.done.then(
    () => null,
    (failure: unknown) => failure as MillraceError,
  )
  expect(error).toMatchObject({ code: 'MR_WORKER_LOST' })
  expect(error!.message).toContain('limit 64 MB: demand.heapBytes')
})
