/**
 * From a throw in a function of the user to the first result that had not been there before, replay included, and until results come at the old rate:
 * `node dist/bench/micro/recovery.js [crashes] [--write]`, which keeps them for docs/scaling.md. 100,000 events a second, 10,000 keys, every step emitted, a checkpoint every second.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { launch } from '../../src/index.ts'
import { aboutNow, loadNow } from '../harness/about.ts'
import job, { Board, boardBytes } from '../jobs/crashing.ts'
import { keep } from '../speed/kept.ts'

const WRITES = process.argv.includes('--write')
const CRASHES = Number(process.argv.slice(2).find((arg) => arg !== '--write') ?? 40)
const ROWS_PER_SECOND = 100_000
const KEYS = 10_000
/** Results in a window of so many ms tell the rate. */
const WINDOW_MS = 20
const BETWEEN_MS = 800
/** A crash during which this thread, which does nothing else, was held up for longer tells about the machine: it is left out, and counted. */
const STOOD_STILL_MS = 30
/** What is kept of the time around a throw, in steps. */
const [BEFORE_MS, AFTER_MS, STEP_MS] = [200, 800, 10]
const SHARES = [0.1, 0.5, 0.9, 0.99, 1] as const

const load = loadNow()

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

function shares(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b)
  return SHARES.map((share) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!))
}

function row(name: string, values: readonly number[]): void {
  console.log(`${name.padEnd(21)} ${values.map((value) => value.toFixed(0).padStart(7)).join(' ')}`)
}

/** New results a second around a throw, the mean of all. */
function around(): { readonly ms: number; readonly perSecond: number }[] {
  return Array.from({ length: (BEFORE_MS + AFTER_MS) / STEP_MS }, (_, step) => {
    const ms = step * STEP_MS - BEFORE_MS
    const counts = thrownAt.map((at) => board.byMs.subarray(at + ms, at + ms + STEP_MS).reduce((sum, count) => sum + count, 0))
    return { ms, perSecond: Math.round((1000 * counts.reduce((sum, count) => sum + count, 0)) / STEP_MS / counts.length) }
  })
}

console.log(`${disturbed} of ${CRASHES} crashes left out: the machine stood still`)
console.log(`ms over ${firstMs.length} crashes       p10     p50     p90     p99     max`)
const recovery = { firstRead: shares(readMs), firstNew: shares(firstMs), oldRate: shares(thrownAt.map(rateAgainMs)) }
row('throw to first read', recovery.firstRead)
row('throw to first new', recovery.firstNew)
row('throw to the old rate', recovery.oldRate)
if (WRITES) {
  const about = aboutNow(`node dist/bench/micro/recovery.js ${CRASHES} --write`, load)
  keep('recovery', {
    about,
    crashes: firstMs.length,
    rowsPerSecond: ROWS_PER_SECOND,
    keys: KEYS,
    shares: SHARES,
    ms: recovery,
    around: around(),
  })
}
