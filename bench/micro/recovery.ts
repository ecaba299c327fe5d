/**
 * From a throw in a function of the user to the first result that had not been there before, replay included, and until results come at the old rate:
 * `node dist/bench/micro/recovery.js [crashes]`. 100,000 events a second, 10,000 keys, every step emitted, a checkpoint every second.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { launch } from '../../src/index.ts'
import job, { Board, boardBytes } from '../jobs/crashing.ts'

const CRASHES = Number(process.argv[2] ?? 40)
const ROWS_PER_SECOND = 100_000
const KEYS = 10_000
/** Results in a window of so many ms tell the rate. */
const WINDOW_MS = 20
const BETWEEN_MS = 800
/** A crash during which this thread, which does nothing else, was held up for longer tells about the machine: it is left out, and counted. */
const STOOD_STILL_MS = 30

const seconds = Math.ceil((CRASHES * (BETWEEN_MS + 1500)) / 1000) + 20
const memory = new SharedArrayBuffer(boardBytes(KEYS, seconds))
const board = new Board(memory, KEYS)
const startMs = performance.timeOrigin + performance.now() + 1500
const run = await launch(job, {
  workers: 2,
  freezeRecords: false,
  restart: { maxRestarts: 10_000, backoff: { minMs: 10, factor: 1 } },
  config: { rowsPerSecond: ROWS_PER_SECOND, keys: KEYS, startMs, board: memory },
})
await sleep(5_000)
const firstMs: number[] = []
const thrownAt: number[] = []
const readMs: number[] = []
let disturbed = 0
for (let crash = 0; crash < CRASHES; crash++) {
  // Anywhere between two checkpoints.
  await sleep(BETWEEN_MS + Math.random() * 1000)
  board.order[1] = 0
  board.order[0] = 1
  let stoodStillMs = 0
  for (let lookedMs = performance.now(); board.order[0] !== 3; lookedMs = performance.now()) {
    await sleep(5)
    stoodStillMs = Math.max(stoodStillMs, performance.now() - lookedMs - 5)
  }
  if (stoodStillMs > STOOD_STILL_MS) disturbed++
  if (stoodStillMs <= STOOD_STILL_MS) measured()
  board.order[0] = 0
}
await sleep(1_000)
await run.stop()

function measured(): void {
  firstMs.push(board.times[1]! - board.times[0]!)
  thrownAt.push(Math.floor(board.times[0]! - startMs))
  readMs.push(board.times[2]! - board.times[0]!)
}

/** The first window after the pause that has as many results as the schedule. */
function rateAgainMs(from: number): number {
  const wanted = 0.9 * (ROWS_PER_SECOND / 1000) * WINDOW_MS
  for (let at = from + 2; at + WINDOW_MS < board.byMs.length; at++) {
    if (board.byMs.subarray(at, at + WINDOW_MS).reduce((a, b) => a + b, 0) >= wanted) return at + WINDOW_MS - from
  }
  return NaN
}

function shares(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): string => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(0).padStart(7)
  return [0.1, 0.5, 0.9, 0.99, 1].map(at).join(' ')
}

console.log(`${disturbed} of ${CRASHES} crashes left out: the machine stood still`)
console.log(`ms over ${firstMs.length} crashes       p10     p50     p90     p99     max`)
console.log(`throw to first read   ${shares(readMs)}`)
console.log(`throw to first new    ${shares(firstMs)}`)
console.log(`throw to the old rate ${shares(thrownAt.map(rateAgainMs))}`)
