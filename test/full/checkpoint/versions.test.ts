/** State that goes through versions of a job, and through numbers of workers, on real threads and both backends. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type BackendOption, launch } from '../../../src/index.ts'
import { temporaryDir } from '../../engine/run-job.ts'
import job, { COUNT, KEYS, type Total, type VersionsConfig, exactTotals, rowOf } from './jobs/versions-job.ts'

const LMDB: BackendOption = { type: 'lmdb', cacheBytes: 64 * 1024 }
const BACKENDS = { memory: ['memory', 'memory', 'memory'], lmdb: [LMDB, LMDB, LMDB], 'one and the other': [LMDB, 'memory', LMDB] } as const

interface Life {
  readonly stateDir: string
  readonly version: VersionsConfig['version']
  readonly backend: BackendOption
  readonly workers: number
  /** Ends behind this row; the last one ends the input. */
  readonly to: number
}

/** Goes on with the job where the life before had come to. */
async function live({ stateDir, version, backend, workers, to }: Life): Promise<Total[]> {
  const run = await launch(job, { workers, stateDir, backend, config: { version }, batchRecords: 64 })
  const shown = run.outlet('totals').collect()
  const rows = run.inlet('rows')
  await rows.pushMany(Array.from({ length: to - rows.committed }, (_, i) => rowOf(rows.committed + i)))
  // A checkpoint covers what has come to the inlet's worker.
  while (to < COUNT && rows.committed < to) await run.checkpoint()
  await run.stop({ drain: to === COUNT })
  return (await shown) as Total[]
}

/** Each key's total is told once, and exact. Returns the ways that states have come. */
function expectExact(totals: readonly Total[]): Set<string> {
  expect(totals).toHaveLength(KEYS)
  const byKey = new Map(totals.map((total) => [total.key, total]))
  for (const [key, { count, sum }] of exactTotals()) expect(byKey.get(key), `key ${key}`).toMatchObject({ count, sum })
  return new Set(totals.map(({ path }) => path))
}

test.each(Object.entries(BACKENDS))(
  'version 1, then 2, then 3, on %s: state of each is migrated, and nothing is lost or counted twice',
  async (_, backends) => {
    const dir = temporaryDir()
    const [stateDir, directly] = [join(dir, 'state'), join(dir, 'directly')]
    const lives = { stateDir, workers: 2 }
    await live({ ...lives, version: 1, backend: backends[0], to: 3 * KEYS })
    cpSync(stateDir, directly, { recursive: true })
    // Version 2 sees some of the keys only.
    await live({ ...lives, version: 2, backend: backends[1], to: 3 * KEYS + 400 })
    expect(expectExact(await live({ ...lives, version: 3, backend: backends[2], to: COUNT }))).toEqual(new Set(['1>2>3']))
    // And from version 1 to 3 at once.
    const skipped = await live({ workers: 2, stateDir: directly, version: 3, backend: backends[2], to: COUNT })
    expect(expectExact(skipped)).toEqual(new Set(['1>2>3']))
  },
)

test.each(Object.entries(BACKENDS))('with 2, 4, 1 and 3 workers, on %s: nothing is lost or counted twice', async (_, backends) => {
  const lives = { stateDir: join(temporaryDir(), 'state'), version: 3 } as const
  for (const [i, workers] of [2, 4, 1].entries()) await live({ ...lives, backend: backends[i]!, workers, to: (2 + i) * KEYS + 100 })
  expectExact(await live({ ...lives, backend: backends[0], workers: 3, to: COUNT }))
})
