import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { Prng } from '../../../src/core/prng.ts'
import { temporaryDir } from '../../engine/run-job.ts'
import { jobProcess } from './job-in-process.ts'

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
  const options = { stateDir: join(root, 'state'), config: { glob: join(dir, '*.parquet'), out, pauseMs: 10 } }
  for (let kill = 0; kill < 10; kill++) {
    const running = jobProcess('parquet-job', { ...options, workers: 1 + (kill % 3) })
    await running.started
    await running.checkpoints(1)
    await sleep(chance.nextInt(100))
    running.kill()
    expect(await running.ended).toBe(null)
  }
  expect(await jobProcess('parquet-job', { ...options, config: { ...options.config, pauseMs: 0 } }).ended).toBe('finished')
  const lines = readdirSync(out).flatMap((name) => readFileSync(join(out, name), 'utf8').split('\n').slice(0, -1))
  const numbers = lines.map((line) => (JSON.parse(line) as { n: number }).n).toSorted((a, b) => a - b)
  expect(numbers).toEqual(Array.from({ length: FILES * ROWS }, (_, n) => n))
})
