/**
 * Aggregates over skewed keys: `node dist/bench/micro/skew.js [--rounds 3] [--workers 2] [--count 6000000]`. The sum and count of each of 100,000 keys at the end, real threads; keys that
 * are all alike, Zipf with exponent 1.2, and one key with half of all records, in turn. Bar: 0.8 of the rate of keys that are alike.
 */
import { parseArgs } from 'node:util'
import { launch } from '../../src/index.ts'
import job, { type Skew } from '../jobs/skew.ts'

async function recordsPerSecond(skew: Skew, count: number, workers: number): Promise<number> {
  const run = await launch(job, { workers, config: { skew, count } })
  const startMs = performance.now()
  const [row] = await run.outlet('result').collect()
  await run.done
  if ((row as { records: number }).records !== count) throw new Error(`${skew}: ${JSON.stringify(row)}`)
  return (count / (performance.now() - startMs)) * 1000
}

const options = {
  rounds: { type: 'string', default: '3' },
  workers: { type: 'string', default: '2' },
  count: { type: 'string', default: '6000000' },
} as const
const { rounds, workers, count } = parseArgs({ options }).values
const best: Record<Skew, number> = { uniform: 0, zipf: 0, half: 0 }
for (let round = 0; round < Number(rounds); round++)
  for (const skew of ['uniform', 'zipf', 'half'] as const)
    best[skew] = Math.max(best[skew], await recordsPerSecond(skew, Number(count), Number(workers)))
for (const [skew, rate] of Object.entries(best))
  console.log(`${skew.padEnd(8)} ${(rate / 1e6).toFixed(1)} M/s  ${(rate / best.uniform).toFixed(2)} of uniform`)
