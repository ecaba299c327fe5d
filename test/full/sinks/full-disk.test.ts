/** Disks that are full while sinks commit: simulated ones of the checkpoints, and a real one of the part files. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { defineJob, sink } from '../../../src/index.ts'
import { seeds, simulate } from '../../../src/testing/index.ts'
import { linesOf, visibleFiles } from '../../sinks/part-files.ts'
import { temporaryDir } from '../../sinks/temporary-dir.ts'
import { TransactionStore } from '../../sinks/transaction-store.ts'

const COUNT = 600
const all = Array.from({ length: COUNT }, (_, n) => n)
const ascending = (rows: readonly { readonly n: number }[]): number[] => rows.map(({ n }) => n).toSorted((a, b) => a - b)
const rowsIn = (dir: string): { n: number }[] => linesOf(visibleFiles(dir)).map((line) => JSON.parse(line) as { n: number })

test('part files and transactions hold every record once, whichever checkpoints the disk had no room for', async () => {
  let full = 0
  for (const seed of seeds(40)) {
    const dir = temporaryDir()
    const store = new TransactionStore<{ n: number }>()
    const job = defineJob<Record<string, never>, {}>(import.meta, {
      build: ({ source }) => {
        const rows = source.generate('rows', { count: COUNT, splits: 4, make: (n) => ({ n }) })
        rows.to(sink.files({ dir, format: 'jsonLines', roll: { records: 20 } }), { name: 'files' })
        rows.to(
          sink.twoPhaseCommit(() => store.open(), { batchRecords: 16 }),
          { name: 'transactions' },
        )
        return {}
      },
    })
    const { faults } = await simulate(job, {
      seed,
      batchRecords: 8,
      checkpointIntervalMs: 2,
      faults: { 'disk-full': 6, 'slow-disk': 2, kill: 1 },
    })
    full += faults!['disk-full']
    expect(ascending(rowsIn(dir)), `files, seed ${seed}`).toEqual(all)
    expect(ascending(store.shown), `transactions, seed ${seed}`).toEqual(all)
  }
  // Seeds are fixed.
  expect(full).toBeGreaterThan(20)
})

const program = fileURLToPath(new URL('../../engine/programs/launch.js', import.meta.url))
const job = new URL('../../sinks/jobs/rolling.js', import.meta.url).href

test.skipIf(process.platform === 'win32')(
  'a part file for which there is no room: the run fails, and the next one with room has each row once',
  async () => {
    const dir = temporaryDir()
    const options = { workers: 2, stateDir: join(dir, 'state'), checkpointIntervalMs: 20, config: { count: 60_000, dir, pauseMs: 5 } }
    const run = (limitKb: number | 'unlimited'): Promise<{ stdout: string }> => {
      const command = `trap '' XFSZ; ulimit -f ${limitKb}; exec "$0" "$@"`
      return promisify(execFile)('bash', ['-c', command, process.execPath, program, job, JSON.stringify(options)])
    }
    // A part file of 5,000 rows takes more than that, the database of checkpoints less.
    const { stdout } = await run(100).catch((error: { stdout: string }) => error)
    expect(stdout).toContain('MR_SINK_FAILED')
    expect((await run('unlimited')).stdout).toContain('finished')
    for (const name of ['plain', 'zipped']) expect(ascending(rowsIn(join(dir, name)))).toEqual(Array.from({ length: 60_000 }, (_, n) => n))
  },
)
