/**
 * A job with a deadline beside one that takes all that it can get, in one process: `node dist/bench/micro/two-jobs.js [seconds] [rounds]`. How late one record in a hundred is at 20,000 records a
 * second, alone, beside the other one, and beside it with `priority: 'low'`, in turns; and which part of its rate alone the other one keeps.
 */
import { parseArgs } from 'node:util'
import { LatencyHistogram } from '../../src/core/latency-histogram.ts'
import { launch } from '../../src/index.ts'
import type { JobPriority } from '../../src/index.ts'
import busyJob from '../jobs/many-keys.ts'
import paced from '../jobs/second-count.ts'

const { positionals } = parseArgs({ allowPositionals: true })
const SECONDS = Number(positionals[0] ?? 5)
const ROUNDS = Number(positionals[1] ?? 2)
const WARM_UP_SECONDS = 2
const ROWS_PER_SECOND = 20_000
const CORES = 2

interface Busy {
  records(): Promise<number>
  stop(): Promise<void>
}

/** Sums by key as fast as it can. */
async function startBusy(priority: JobPriority): Promise<Busy> {
  const run = await launch(busyJob, { workers: CORES, priority, config: { count: Number.MAX_SAFE_INTEGER, keys: 10_000, kind: 'every' } })
  return {
    records: async () =>
      (await run.stats()).workers.flatMap(({ actors }) => actors).reduce((sum, { progress }) => sum + (progress?.position ?? 0), 0),
    stop: async () => void (await run.stop()),
  }
}

/** How late records are, in microseconds. */
async function lateness(): Promise<LatencyHistogram> {
  const run = await launch(paced, {
    workers: CORES,
    config: { rowsPerSecond: ROWS_PER_SECOND, keys: 1000, kind: 'null' },
    freezeRecords: false,
  })
  const histogram = new LatencyHistogram()
  const fromMs = performance.now() + 1000 * WARM_UP_SECONDS
  for await (const batch of run.outlet('late').batches()) {
    if (performance.now() > fromMs) for (const { lateMs } of batch) histogram.record(lateMs * 1000)
    if (performance.now() > fromMs + 1000 * SECONDS) break
  }
  await run.stop()
  return histogram
}

async function rate({ records }: Busy, during: () => Promise<unknown>): Promise<number> {
  const [before, fromMs] = [await records(), performance.now()]
  await during()
  return (1000 * ((await records()) - before)) / (performance.now() - fromMs)
}

const ms = (us: number): string => (us / 1000).toFixed(2).padStart(8)
const wait = (forMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, forMs))

console.log('                                       p50      p99    p99.9 ms   ratio of p99   rate of the other one')
for (let round = 0; round < ROUNDS; round++) {
  const alone = await lateness()
  console.log(`alone                           ${[0.5, 0.99, 0.999].map((share) => ms(alone.quantile(share))).join(' ')}`)
  for (const priority of ['normal', 'low'] as const) {
    const busy = await startBusy(priority)
    await wait(1000)
    const aloneRate = await rate(busy, () => wait(1000))
    let late = alone
    const besideRate = await rate(busy, async () => (late = await lateness()))
    await busy.stop()
    const figures = [0.5, 0.99, 0.999].map((share) => ms(late.quantile(share))).join(' ')
    const ratio = (late.quantile(0.99) / alone.quantile(0.99)).toFixed(2)
    console.log(
      `beside a busy one: ${priority.padEnd(12)} ${figures}   ${ratio.padStart(12)}   ${((100 * besideRate) / aloneRate).toFixed(0).padStart(10)} % of alone`,
    )
  }
}
