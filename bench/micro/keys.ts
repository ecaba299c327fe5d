/**
 * What a record costs as the number of keys grows: `node dist/bench/micro/keys.js [million records]`. The same job with 10,000 and with 1,000,000 random keys in turn, with the
 * shipped checkpoints and without any but the first, on 2 workers; wall time per record, the first records of every key included.
 */
import { launch } from '../../src/index.ts'
import job, { type ManyKeysConfig } from '../jobs/many-keys.ts'

const COUNT = Number(process.argv[2] ?? 20) * 1e6
const ROUNDS = 3

/** In ns. */
async function costOf(config: ManyKeysConfig, checkpointIntervalMs: number): Promise<number> {
  const run = await launch(job, { workers: 2, config, checkpointIntervalMs })
  const begin = performance.now()
  await Promise.all([run.outlet('steps').collect(), run.done])
  return ((performance.now() - begin) * 1e6) / config.count
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

console.log('ns a record        10,000 keys  1,000,000 keys  ratio (bar: 4)')
for (const kind of ['every', 'actor'] as const) {
  for (const [name, intervalMs] of [
    ['1 s', 1000],
    ['off', 3_600_000],
  ] as const) {
    const costs: number[][] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, keys] of [10_000, 1_000_000].entries()) costs[i]!.push(await costOf({ count: COUNT, keys, kind }, intervalMs))
    }
    const [few, many] = costs.map(median) as [number, number]
    const cells = [few.toFixed(1).padStart(11), many.toFixed(1).padStart(15), (many / few).toFixed(2).padStart(6)]
    console.log(`${kind.padEnd(5)} checkpoints ${name} ${cells.join(' ')}`)
  }
}
