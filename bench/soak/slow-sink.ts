/**
 * Memory with a sink that is 100 times slower than its source: `node dist/bench/soak/slow-sink.js [--minutes 10]`. Prints the resident memory as it
 * goes, and its slope at the end.
 */
import { parseArgs } from 'node:util'
import { launch } from '../../src/index.ts'
import job from '../jobs/slow-sink.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const SAMPLE_MS = 10_000
const samples: number[] = []
const run = await launch(job, { workers: 2 })
const endMs = performance.now() + Number(values.minutes) * 60_000
while (performance.now() < endMs) {
  await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))
  samples.push(process.memoryUsage.rss() / 2 ** 20)
  const { workers, checkpoint } = await run.stats()
  const mailboxes = workers.flatMap(({ actors }) => actors.map(({ mailboxBytes }) => mailboxBytes)).reduce((sum, bytes) => sum + bytes, 0)
  console.log(
    `${((samples.length * SAMPLE_MS) / 60_000).toFixed(1)} min  rss ${samples.at(-1)!.toFixed(0)} MiB  mailboxes ${(mailboxes / 2 ** 20).toFixed(2)} MiB  checkpoint ${checkpoint}`,
  )
}
const half = samples.slice(samples.length >> 1)
const quarter = Math.max(1, half.length >> 1)
const mean = (part: readonly number[]): number => part.reduce((sum, mib) => sum + mib, 0) / part.length
const growthMiB = mean(half.slice(-quarter)) - mean(half.slice(0, quarter))
console.log(
  `second half: ${growthMiB >= 0 ? '+' : ''}${growthMiB.toFixed(1)} MiB over ${((half.length * SAMPLE_MS) / 120_000).toFixed(1)} minutes`,
)
await run.stop()
