import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { launch, openTable } from '../../../src/index.ts'
import { openCheckpointReader } from '../../../src/storage/checkpoint-reader.ts'
import { chunkKey, openEnvironment } from '../../../src/storage/environment.ts'
import { runLaunch, runProgram } from '../../engine/programs/spawn.ts'
import { temporaryDir } from '../../sinks/temporary-dir.ts'
import newest, { KEYS, type Newest } from './jobs/newest.ts'

const url = new URL('./jobs/newest.js', import.meta.url).href

/** The newest number in the table; -1 for an empty one. Whatever the moment: nothing before it is missing, nothing after it is there. */
async function expectPrefix(path: string): Promise<number> {
  const table = await openTable<Newest>(path)
  try {
    const rows = [...table.rows()]
    const last = Math.max(-1, ...rows.map(([, { n }]) => n))
    expect(rows.map(([key]) => key)).toEqual(Array.from({ length: Math.min(KEYS, last + 1) }, (_, key) => key))
    for (const [key, row] of rows) expect(row).toEqual({ key, n: last - ((last - (key as number)) % KEYS) })
    return last
  } finally {
    await table.close()
  }
}

test('kill -9, again and again, read all the while: the table is always that of one checkpoint, and in the end that of all rows', async () => {
  const dir = temporaryDir()
  const path = join(dir, 'table')
  const config = { count: 200_000, path, pauseMs: 20 }
  const options = { workers: 2, stateDir: join(dir, 'state'), checkpointIntervalMs: 15, config }
  let before = -1
  for (const killAfterMs of [400, 600, 500, 700, 450, 550]) {
    let over = false
    const program = runProgram('launch', [url, JSON.stringify(options)], { killAfterMs }).finally(() => (over = true))
    while (!over) {
      if (existsSync(join(path, 'data.mdb'))) {
        // A folder whose table is just being made holds none yet.
        const last = await expectPrefix(path).catch((error: unknown) => {
          if ((error as { code?: string }).code === 'MR_PATH_UNUSABLE') return before
          throw error
        })
        expect(last).toBeGreaterThanOrEqual(before)
        before = last
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await program
  }
  const { told } = await runLaunch(url, { ...options, config: { ...config, pauseMs: 0 } })
  expect(told).toMatchObject({ result: { outcome: 'finished' } })
  expect(await expectPrefix(path)).toBe(199_999)
})

test('kill -9 between the last checkpoint and its commit: the next launch commits, and finds nothing to do', async () => {
  const dir = temporaryDir()
  const path = join(dir, 'table')
  const config = { count: 20_000, path, marker: join(dir, 'marker') }
  const options = { workers: 2, stateDir: join(dir, 'state'), checkpointIntervalMs: 50, config }
  expect(await runLaunch(url, options)).toMatchObject({ signal: 'SIGKILL' })
  const { told } = await runLaunch(url, options)
  expect(told).toMatchObject({ result: { outcome: 'finished' } })
  expect(await expectPrefix(path)).toBe(19_999)
})

test('a damaged checkpoint: the table goes back with the run', async () => {
  const dir = temporaryDir()
  const stateDir = join(dir, 'state')
  const path = join(dir, 'table')
  const options = { workers: 2, stateDir, checkpointIntervalMs: 10, config: { count: 200_000, path, pauseMs: 5 } }
  const run = await launch(newest, options)
  while ((await run.stats()).checkpoint < 5) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(await run.stop()).toMatchObject({ outcome: 'stopped' })
  const before = await expectPrefix(path)
  const reader = openCheckpointReader(stateDir)
  const ref = reader.latest()!.actors.flatMap(({ chunks }) => chunks)[0]!
  const [older, damaged] = reader.list().slice(-2)
  await reader.close()
  const environment = openEnvironment(stateDir, 'read-write')
  const key = chunkKey(ref.checkpoint, ref.ordinal)
  const bytes = Uint8Array.from(environment.getBinary(key)!)
  environment.transactionSync(() => void environment.putSync(key, bytes.with(0, bytes[0]! ^ 1)))
  await environment.close()
  // Sources stand still from the beginning: what is shown is what was taken back.
  const again = await launch(newest, { ...options, config: { ...options.config, pauseMs: 2_000 }, checkpointIntervalMs: 1e9 })
  const table = await openTable(path)
  expect(table.committed.checkpoint).toBeLessThanOrEqual(older!.id)
  expect(older!.id).toBeLessThan(damaged!.id)
  await table.close()
  expect(await expectPrefix(path)).toBeLessThan(before)
  await again.stop()
  const rest = await launch(newest, { ...options, config: { count: 200_000, path } })
  expect(await rest.done).toMatchObject({ outcome: 'finished' })
  expect(await expectPrefix(path)).toBe(199_999)
})

test('a savepoint in a state directory of its own takes the table back; the old run has lost it', async () => {
  const dir = temporaryDir()
  const path = join(dir, 'table')
  const config = { count: 100_000, path, pauseMs: 5 }
  const options = { workers: 2, stateDir: join(dir, 'state'), checkpointIntervalMs: 20, config }
  const run = await launch(newest, options)
  while ((await run.stats()).checkpoint < 3) await new Promise((resolve) => setTimeout(resolve, 5))
  const { id } = await run.savepoint(join(dir, 'savepoint'))
  while ((await run.stats()).checkpoint < id + 1) await new Promise((resolve) => setTimeout(resolve, 5))
  await run.stop()
  const later = { ...options, stateDir: join(dir, 'other'), from: join(dir, 'savepoint'), config: { count: 100_000, path } }
  const other = await launch(newest, later)
  expect(await other.done).toMatchObject({ outcome: 'finished' })
  expect(await expectPrefix(path)).toBe(99_999)
  const old = launch(newest, options).then((begun) => begun.done)
  await expect(old).rejects.toMatchObject({ code: 'MR_SINK_TABLE_CHANGED' })
})
