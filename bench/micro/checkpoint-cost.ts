/**
 * What checkpoints cost: `node dist/bench/micro/checkpoint-cost.js [--queries ks,q5,q3,q8] [--rounds 5] [--workers 2] [--seconds 4] [--interval 1000]`.
 *
 * Runs of each query with and without checkpoints, in turn. A run lasts about so many seconds; its first row to its last counts. Reported are medians: processor time of the
 * whole process per record, by which the machine's other load hardly counts, and records a second; the cost is the median over rounds. `ms a checkpoint` is the
 * processor time that one costs; 2 cores have 2,000 ms a second.
 */
import { extname } from 'node:path'
import { parseArgs } from 'node:util'
import { launch } from '../../src/index.ts'
import type { CheckpointMeasures } from '../../src/core/checkpoint-measures.ts'
import type { Job, Stream } from '../../src/index.ts'
import type { TimedCheck } from '../jobs/row-check.ts'

type QueryJob = Job<unknown, { readonly result: Stream<{ check: TimedCheck }> }>

const { values } = parseArgs({
  options: {
    queries: { type: 'string', default: 'ks,q5,q3,q8' },
    rounds: { type: 'string', default: '5' },
    workers: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '4' },
    interval: { type: 'string', default: '1000' },
  },
})
const workers = Number(values.workers)
const checkpointIntervalMs = Number(values.interval)
const SEED = 42
const PROBE_RECORDS = 2_000_000

interface Result {
  readonly cpuNs: number
  readonly perSecond: number
  readonly taken: readonly CheckpointMeasures[]
  readonly checksum: number
}

async function measure(job: QueryJob, count: number, intervalMs: number): Promise<Result> {
  const run = await launch(job, { workers, config: { seed: SEED, count }, checkpointIntervalMs: intervalMs })
  const taken: CheckpointMeasures[] = []
  run.onNotice(({ checkpoint }) => void (checkpoint && taken.push(checkpoint)))
  const cpu = process.cpuUsage()
  const [row] = await run.outlet('result').collect()
  const { user, system } = process.cpuUsage(cpu)
  await run.done
  const { firstMadeAtMs, endedAtMs, checksum } = row!.check
  return { cpuNs: (1000 * (user + system)) / count, perSecond: (1000 * count) / (endedAtMs - firstMadeAtMs), taken, checksum }
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
const show = (n: number, digits: number, width: number): string => n.toFixed(digits).padStart(width)

console.log('query       CPU ns a record       cost     M records/s       cost   checkpoints   ms a checkpoint   most MiB  most ms')
for (const query of values.queries.split(',')) {
  const { default: job } = (await import(new URL(`../jobs/${query}${extname(import.meta.url)}`, import.meta.url).href)) as {
    default: QueryJob
  }
  const { perSecond } = await measure(job, PROBE_RECORDS, Infinity)
  const count = Math.round(perSecond * Number(values.seconds))
  const pairs: (readonly [Result, Result])[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const order = [Infinity, checkpointIntervalMs]
    if (round % 2 === 1) order.reverse()
    const results = [await measure(job, count, order[0]!), await measure(job, count, order[1]!)]
    if (round % 2 === 1) results.reverse()
    const [without, with_] = results as [Result, Result]
    if (without.checksum !== with_.checksum) throw new Error(`${query}: the results differ`)
    pairs.push([without, with_])
  }
  const of = (value: (pair: readonly [Result, Result]) => number): number => median(pairs.map(value))
  console.log(
    [
      query.padEnd(8),
      `${show(
        of(([without]) => without.cpuNs),
        1,
        9,
      )} > ${show(
        of(([, with_]) => with_.cpuNs),
        1,
        7,
      )}`,
      `${show(
        of(([without, with_]) => 100 * (with_.cpuNs / without.cpuNs - 1)),
        1,
        7,
      )} %`,
      `${show(
        of(([without]) => without.perSecond / 1e6),
        2,
        7,
      )} > ${show(
        of(([, with_]) => with_.perSecond / 1e6),
        2,
        6,
      )}`,
      `${show(
        of(([without, with_]) => 100 * (without.perSecond / with_.perSecond - 1)),
        1,
        6,
      )} %`,
      show(
        of(([, { taken }]) => taken.length),
        0,
        9,
      ),
      show(
        of(([without, with_]) => ((with_.cpuNs - without.cpuNs) * count) / 1e6 / Math.max(1, with_.taken.length)),
        1,
        14,
      ),
      show(Math.max(0, ...pairs.flatMap(([, { taken }]) => taken.map(({ newBytes }) => newBytes))) / 2 ** 20, 2, 10),
      show(Math.max(0, ...pairs.flatMap(([, { taken }]) => taken.map(({ tookMs }) => tookMs))), 0, 8),
    ].join('  '),
  )
}
