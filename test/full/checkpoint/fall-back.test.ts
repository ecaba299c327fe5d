import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { launch } from '../../../src/index.ts'
import { openCheckpointReader } from '../../../src/storage/checkpoint-reader.ts'
import { chunkKey, manifestKey, openEnvironment } from '../../../src/storage/environment.ts'
import { expectExactResults } from '../../engine/exact-results.ts'
import { jobNamed, temporaryDir } from '../../engine/run-job.ts'

const exact = await jobNamed('exact')
const COUNT = 400_000

/** A run that was stopped after a few checkpoints; its newest one is damaged then. */
async function damagedRun(what: 'chunk' | 'manifest') {
  const dir = temporaryDir()
  const stateDir = join(dir, 'state')
  const options = { workers: 2, stateDir, checkpointIntervalMs: 10, batchRecords: 128, config: { count: COUNT, dir, pauseMs: 10 } }
  const run = await launch(exact, options)
  while ((await run.stats()).checkpoint < 3) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(await run.stop()).toMatchObject({ outcome: 'stopped' })
  const reader = openCheckpointReader(stateDir)
  const newest = reader.latest()!
  await reader.close()
  const ref = newest.actors.flatMap(({ chunks }) => chunks)[0]!
  const key = what === 'chunk' ? chunkKey(ref.checkpoint, ref.ordinal) : manifestKey(newest.id)
  const environment = openEnvironment(stateDir, 'read-write')
  const bytes = Uint8Array.from(environment.getBinary(key)!)
  environment.transactionSync(() => void environment.putSync(key, bytes.with(0, bytes[0]! ^ 1)))
  await environment.close()
  return { dir, options, newest }
}

test.each([
  ['chunk', 2],
  ['chunk', 3],
  ['manifest', 2],
  ['manifest', 1],
] as const)(
  'a damaged %s, and then %i workers: the run goes on from the checkpoint before, and its files hold every record once',
  async (what, workers) => {
    const { dir, options, newest } = await damagedRun(what)
    const warnings: Error[] = []
    const onWarning = (warning: Error): void => void warnings.push(warning)
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    const run = await launch(exact, { ...options, workers, config: { count: COUNT, dir } })
    await run.done
    expectExactResults(dir, COUNT)
    if (what === 'chunk') expect(warnings.map(({ message }) => message).join()).toContain(`checkpoint ${newest.id}`)
  },
)
