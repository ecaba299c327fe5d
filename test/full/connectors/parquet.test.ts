import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { Prng } from '../../../src/core/prng.ts'
import { temporaryDir } from '../../engine/run-job.ts'
import { jobProcess, killAtRandom, killedAndEnded } from './job-in-process.ts'

const FILES = 6
const ROWS = 20_000
const chance = new Prng(Number(process.env['MILLRACE_TEST_SEED'] ?? 1))

test('killed ten times while it reads, with other numbers of workers: every row of every file once', async () => {
  const root = temporaryDir()
  const [dir, out] = [join(root, 'in'), join(root, 'out')]
  mkdirSync(dir)
  for (let file = 0; file < FILES; file++) {
    const data = Array.from({ length: ROWS }, (_, n) => file * ROWS + n)
    const bytes = parquetWriteBuffer({ columnData: [{ name: 'n', data, type: 'INT32' }], rowGroupSize: [1_000 + 500 * file] })
    writeFileSync(join(dir, `${file}.parquet`), Buffer.from(bytes))
  }
  const options = { stateDir: join(root, 'state'), config: { glob: join(dir, '*.parquet'), out, pauseMs: 20 } }
  const ways = Array.from(
    { length: 10 },
    (_, i) => () => killAtRandom(jobProcess('parquet-job', { ...options, workers: 1 + (i % 3) }), chance),
  )
  await killedAndEnded(ways, () => jobProcess('parquet-job', { ...options, config: { ...options.config, pauseMs: 0 } }))
  // A job that is killed when it has finished begins anew, under another name, which its files have.
  const names = readdirSync(out).filter((name) => name.startsWith('part-'))
  const runs = new Set(names.map((name) => name.split('-').slice(0, -2).join('-')))
  for (const run of runs) {
    const files = names.filter((name) => name.startsWith(`${run}-`))
    const lines = files.flatMap((name) => readFileSync(join(out, name), 'utf8').split('\n').slice(0, -1))
    const numbers = lines.map((line) => (JSON.parse(line) as { n: number }).n).toSorted((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: FILES * ROWS }, (_, n) => n))
  }
  expect(runs.size).toBeGreaterThan(0)
})
