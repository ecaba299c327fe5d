/**
 * Latency of counts per second and key: `node dist/bench/micro/latency.js [seconds] [--write]`. From the end of a window until each of its results is where a sink would get it, at
 * 100,000 and at 1,000 events a second with 10,000 keys; beside it the null job (same rows, same exchange, no window), which is the jitter of the machine and of
 * the way between workers. Sources make rows in slices of up to 1 ms, which is part of all figures. With --write, the aims of docs/speed.md get what was reached.
 */
import { parseArgs } from 'node:util'
import { LatencyHistogram } from '../../src/core/latency-histogram.ts'
import { launch } from '../../src/index.ts'
import { aboutNow, loadNow } from '../harness/about.ts'
import job, { type SecondCountConfig } from '../jobs/second-count.ts'
import { LATENCY_AIMS_MS, LATENCY_ROWS_PER_SECOND } from '../speed/bars.ts'
import type { Latency } from '../speed/bars-table.ts'
import { keepLatency } from '../speed/speed-page.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { write: { type: 'boolean', default: false } } })
const SECONDS = Number(positionals[0] ?? 10)
/** Windows that end while code is still being compiled. */
const WARM_UP_SECONDS = 3

/** In microseconds. */
async function measure(config: SecondCountConfig): Promise<LatencyHistogram> {
  const run = await launch(job, { config, workers: 2, freezeRecords: false })
  const histogram = new LatencyHistogram()
  // Ends of windows come whether or not the job keeps up.
  const everyMs = config.kind === 'window' ? Infinity : (1000 * 100) / config.rowsPerSecond
  let first = Infinity
  for await (const batch of run.outlet('late').batches()) {
    for (const { end, lateMs } of batch) {
      first = Math.min(first, end)
      if (end < first + 1000 * WARM_UP_SECONDS) continue
      // While a record of the null job is late, those that should have followed are not even made: they count as late as they would have been (coordinated omission, Gil Tene).
      for (let ms = lateMs; ms === lateMs || ms > 0; ms -= everyMs) histogram.record(ms * 1000)
    }
    if (batch.some(({ end }) => end >= first + 1000 * (WARM_UP_SECONDS + SECONDS))) break
  }
  await run.stop()
  return histogram
}

const inMs = (us: number): string => (us / 1000).toFixed(2).padStart(8)

console.log(`ms of ${SECONDS} s          p50      p90      p99    p99.9      max   results`)
const load = loadNow()
for (const rowsPerSecond of [LATENCY_ROWS_PER_SECOND, 1_000]) {
  for (const kind of ['null', 'window'] as const) {
    const late = await measure({ rowsPerSecond, keys: 10_000, kind })
    const shares = [0.5, 0.9, 0.99, 0.999].map((share) => inMs(late.quantile(share))).join(' ')
    console.log(`${String(rowsPerSecond).padStart(7)}/s ${kind.padEnd(7)} ${shares} ${inMs(late.max)} ${String(late.count).padStart(9)}`)
    if (values.write && kind === 'window' && rowsPerSecond === LATENCY_ROWS_PER_SECOND) keepMeasured(late)
  }
}

function keepMeasured(late: LatencyHistogram): void {
  const ms = Object.fromEntries(Object.keys(LATENCY_AIMS_MS).map((name) => [name, late.quantile(Number(name.slice(1)) / 100) / 1000]))
  keepLatency({ about: aboutNow(`node dist/bench/micro/latency.js ${SECONDS} --write`, load), ms: ms as Latency })
}
