/**
 * A long run: `npm run bench:soak -- [--minutes 30] [--rate 200000] [--write]`. Counts in sliding windows of 10,000 keys, checkpoints every second; tells memory and rate as they go, and how much the last quarter
 * of the run differs from the one before. With `--rate` so many records a second, which leaves room for other programs; else as many as the workers can. `--write` keeps data and charts in docs/curves/ and puts them into docs/speed.md.
 */
import { parseArgs } from 'node:util'
import { launch } from '../../src/index.ts'
import { keepSoak } from '../curves/page.ts'
import { aboutNow, loadNow, toldCommand } from '../harness/about.ts'
import job from '../jobs/open-windows.ts'
import type { Sample } from './sample.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, rate: { type: 'string' }, write: { type: 'boolean', default: false } },
})
const minutes = Number(values.minutes)
const rowsPerSecond = values.rate === undefined ? undefined : Number(values.rate)
if (!(minutes > 0) || !(rowsPerSecond === undefined || rowsPerSecond > 0)) throw new RangeError('--minutes and --rate are numbers above 0')
const SAMPLES = 180
const WARM_SECONDS = 10
const sampleMs = Math.max(1_000, (minutes * 60_000) / SAMPLES)
const load = loadNow()

const config = {
  count: Number.MAX_SAFE_INTEGER,
  keys: 10_000,
  open: 10,
  slideMs: 1_000,
  kind: 'panes',
  ...(rowsPerSecond !== undefined && { rowsPerSecond }),
} as const
const run = await launch(job, { workers: 2, config })

async function look(): Promise<{ records: number; heapBytes: number; checkpoint: number }> {
  const { workers, checkpoint } = await run.stats()
  const positions = workers.flatMap(({ actors }) => actors.map(({ progress }) => progress?.position ?? 0))
  return {
    records: positions.reduce((sum, position) => sum + position, 0),
    heapBytes: workers.reduce((sum, worker) => sum + worker.heapBytes, 0),
    checkpoint,
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

await wait(1000 * WARM_SECONDS)
const samples: Sample[] = []
const fromMs = performance.now()
let [last, lastMs] = [await look(), fromMs]
while (performance.now() - fromMs < minutes * 60_000) {
  await wait(sampleMs)
  const [now, nowMs] = [await look(), performance.now()]
  const sample: Sample = {
    minute: (nowMs - fromMs) / 60_000,
    recordsPerSecond: (1000 * (now.records - last.records)) / (nowMs - lastMs),
    rssBytes: process.memoryUsage.rss(),
    heapBytes: now.heapBytes,
    checkpoint: now.checkpoint,
  }
  samples.push(sample)
  console.log(
    `${sample.minute.toFixed(1)} min  ${(sample.recordsPerSecond / 1e6).toFixed(2)} M/s  rss ${(sample.rssBytes / 2 ** 20).toFixed(0)} MiB  heaps ${(sample.heapBytes / 2 ** 20).toFixed(0)} MiB  checkpoint ${sample.checkpoint}`,
  )
  ;[last, lastMs] = [now, nowMs]
}
await run.stop()
const about = aboutNow(toldCommand('npm run bench:soak', process.argv.slice(2)), load)
console.log(keepSoak(samples, about, values.write, rowsPerSecond))
