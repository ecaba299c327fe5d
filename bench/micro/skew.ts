/**
 * Aggregates over skewed keys: `node dist/bench/micro/skew.js [--rounds 3] [--workers 2] [--count 6000000]`. The sum and count of each of 100,000 keys at the end, real threads; keys that
 * are all alike, Zipf with exponent 1.2, and one key with half of all records, in turn. Bar: 0.8 of the rate of keys that are alike.
 */
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { defineJob, launch } from '../../src/index.ts'

const KEYS = 100_000
const TABLE = 1 << 20

type Skew = 'uniform' | 'zipf' | 'half'

/** Keys in an order of chance, made before: what it costs to draw one is the same for all. */
function keysOf(skew: Skew): Int32Array {
  let state = 1
  const random = (): number => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0), state / 2 ** 32)
  const uniform = (): number => Math.floor(random() * KEYS)
  if (skew === 'uniform') return Int32Array.from({ length: TABLE }, uniform)
  if (skew === 'half') return Int32Array.from({ length: TABLE }, () => (random() < 0.5 ? 7 : uniform()))
  const sums = new Float64Array(KEYS)
  for (let rank = 0; rank < KEYS; rank++) sums[rank] = (rank === 0 ? 0 : sums[rank - 1]!) + (rank + 1) ** -1.2
  const drawn = (): number => {
    const at = random() * sums[KEYS - 1]!
    let [low, high] = [0, KEYS - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (sums[middle]! < at) low = middle + 1
      else high = middle
    }
    return low
  }
  return Int32Array.from({ length: TABLE }, drawn)
}

const job = defineJob(import.meta, {
  name: 'skew',
  config: z.object({ skew: z.enum(['uniform', 'zipf', 'half']), count: z.number() }),
  build: ({ source, config }) => {
    const { skew, count } = config
    let keys: Int32Array | null = null
    const make = (n: number): { key: number; value: number } => ({ key: (keys ??= keysOf(skew))[n & (TABLE - 1)]!, value: n & 1_023 })
    const result = source
      .generate('records', { count, make })
      .keyBy('key')
      .aggregate((a) => ({ records: a.count(), total: a.sum('value') }), { name: 'sums' })
      .toStream({ emit: 'final' })
      .aggregate((a) => ({ records: a.sum('records') }), { name: 'check' })
      .toStream({ emit: 'final' })
    return { result }
  },
})

export default job

async function recordsPerSecond(skew: Skew, count: number, workers: number): Promise<number> {
  const run = await launch(job, { workers, config: { skew, count } })
  const startMs = performance.now()
  const [row] = await run.outlet('result').collect()
  await run.done
  if ((row as { records: number }).records !== count) throw new Error(`${skew}: ${JSON.stringify(row)}`)
  return (count / (performance.now() - startMs)) * 1000
}

if (process.argv[1]?.endsWith('skew.js') === true) {
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
}
