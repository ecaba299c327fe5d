import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { launch } from '../../../src/index.ts'
import { FAILED, RESOURCES, type RestlessConfig } from '../../engine/jobs/restless.ts'
import { jobNamed, temporaryDir } from '../../engine/run-job.ts'

const restless = await jobNamed('restless')
const FAILURES = 1_000
const ROWS = 3_000

interface Held {
  readonly rssMb: number
  readonly files: number
  readonly resources: number
}

function held(): Held {
  const files = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
  return { rssMb: process.memoryUsage().rss / 2 ** 20, files, resources: process.getActiveResourcesInfo().length }
}

test('1,000 restarts leave no memory, files, timers or ports behind; late promises of older attempts change nothing', async () => {
  const path = join(temporaryDir(), 'rows.jsonl')
  const board = new Int32Array(new SharedArrayBuffer(64))
  const config: RestlessConfig = { count: ROWS, path, failures: FAILURES, board: board.buffer as SharedArrayBuffer }
  const run = await launch(restless, { workers: 2, config, checkpointIntervalMs: 20, restart: { maxRestarts: Infinity, backoff: 0 } })
  let early: Held | null = null
  let late: Held | null = null
  const startMs = performance.now()
  const look = setInterval(() => {
    if (board[FAILED]! >= 200) early ??= held()
    if (board[FAILED]! < FAILURES) late = held()
  }, 5)
  const result = await run.done
  clearInterval(look)
  console.log(`a restart every ${((performance.now() - startMs) / FAILURES).toFixed(1)} ms;`, early, late, [
    ...board.subarray(RESOURCES, RESOURCES + 2),
  ])
  expect(result.outcome).toBe('finished')
  expect(result.restarts).toBeGreaterThan(FAILURES / 2)
  const rows = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { n: number; seen: number })
  expect(rows.map(({ n }) => n).toSorted((a, b) => a - b)).toEqual(Array.from({ length: ROWS }, (_, n) => n))
  // Each key counts on by one from row to row, so no call of an older attempt was counted.
  const last = new Map<number, number>()
  for (const { n, seen } of rows) {
    expect(seen).toBe((last.get(n % 100) ?? 0) + 1)
    last.set(n % 100, seen)
  }
  expect(late!.rssMb - early!.rssMb).toBeLessThan(100)
  expect(late!.files - early!.files).toBeLessThan(10)
  expect(late!.resources - early!.resources).toBeLessThan(10)
  // Calls under way have a timer each: as many at the end as at the beginning, or nearly so.
  expect(board[RESOURCES + 1]! - board[RESOURCES]!).toBeLessThan(150)
})
