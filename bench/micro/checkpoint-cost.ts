/**
 * What checkpoints cost: `node dist/bench/micro/checkpoint-cost.js [--queries ks,q5,q3,q8] [--rounds 5] [--workers 2] [--seconds 8] [--interval 1000]`.
 *
 * Runs of each query without checkpoints, and with them at two intervals, in turn; a run lasts about so many seconds. Processor time is that of the whole process, by which the machine's other
 * load hardly counts. With the second interval, a quarter of the first, more checkpoints come in the same work. So two costs can be told apart: what each further checkpoint
 * costs (`ms each`: the difference of both, by the number of checkpoints between them), and what it costs once a run to make any (`ms once`: loading and compiling code for it).
 *
 * `cost` is all of that in a run of this length with the first interval, in percent of the processor time without; `lasting` is `ms each` by the processor time of an
 * interval: what remains in runs that last. Medians over rounds.
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
    seconds: { type: 'string', default: '8' },
    interval: { type: 'string', default: '1000' },
  },
})
const workers = Number(values.workers)
const intervalMs = Number(values.interval)
/** None, some, more. */
const INTERVALS = [Infinity, intervalMs, intervalMs / 4] as const
const SEED = 42
/** A short run is mostly its start: the second one is long enough to tell how many records a second there are. */
const PROBE_RECORDS = 2_000_000
const PROBE_SECONDS = 2

interface Result {
  readonly cpuMs: number
  readonly perSecond: number
  readonly taken: readonly CheckpointMeasures[]
  readonly checksum: number
}

type Round = readonly [without: Result, some: Result, more: Result]

async function measure(job: QueryJob, count: number, checkpointIntervalMs: number): Promise<Result> {
  const run = await launch(job, { workers, config: { seed: SEED, count }, checkpointIntervalMs })
  const taken: CheckpointMeasures[] = []
  run.onNotice(({ checkpoint }) => void (checkpoint && taken.push(checkpoint)))
  const cpu = process.cpuUsage()
  const [row] = await run.outlet('result').collect()
  const { user, system } = process.cpuUsage(cpu)
  await run.done
  const { firstMadeAtMs, endedAtMs, checksum } = row!.check
  return { cpuMs: (user + system) / 1000, perSecond: (1000 * count) / (endedAtMs - firstMadeAtMs), taken, checksum }
}

async function measureRound(job: QueryJob, count: number, isOdd: boolean): Promise<Round> {
  const order = isOdd ? [2, 1, 0] : [0, 1, 2]
  const results: Result[] = []
  for (const i of order) results[i] = await measure(job, count, INTERVALS[i]!)
  if (results.some(({ checksum }) => checksum !== results[0]!.checksum)) throw new Error('the results differ')
  return results as unknown as Round
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
const show = (n: number, digits: number, width: number): string => n.toFixed(digits).padStart(width)
/** A run has one at its end in any case. */
const extra = ([without, some]: Round): number => Math.max(1, some.taken.length - without.taken.length)

function eachMs([, some, more]: Round): number {
  return (more.cpuMs - some.cpuMs) / Math.max(1, more.taken.length - some.taken.length)
}

function line(query: string, count: number, rounds: readonly Round[]): string {
  const of = (value: (round: Round) => number): number => median(rounds.map(value))
  const each = of(eachMs)
  const cpuPerMs = of(([, some]) => (some.cpuMs * some.perSecond) / count / 1000)
  const most = (value: (taken: CheckpointMeasures) => number): number => Math.max(0, ...rounds.flatMap(([, some]) => some.taken.map(value)))
  const columns = [
    show(
      of(([without]) => (1e6 * without.cpuMs) / count),
      1,
      8,
    ),
    show(
      of(([, some]) => (1e6 * some.cpuMs) / count),
      1,
      8,
    ),
    show(
      of(([without, some]) => 100 * (some.cpuMs / without.cpuMs - 1)),
      1,
      7,
    ),
    show(
      of(([without, some]) => 100 * (without.perSecond / some.perSecond - 1)),
      1,
      8,
    ),
    show(of(extra), 0, 11),
    show(each, 1, 9),
    show(
      of((round) => round[1].cpuMs - round[0].cpuMs - extra(round) * each),
      0,
      9,
    ),
    show((100 * each) / (intervalMs * cpuPerMs), 1, 9),
    show(most(({ newBytes }) => newBytes) / 2 ** 20, 2, 9),
    show(
      most(({ tookMs }) => tookMs),
      0,
      8,
    ),
  ]
  return `${query.padEnd(6)}${columns.join('')}`
}

console.log('query  ns without      with  cost %  slower %  checkpoints  ms each  ms once  lasting %  most MiB  most ms')
for (const query of values.queries.split(',')) {
  const { default: job } = (await import(new URL(`../jobs/${query}${extname(import.meta.url)}`, import.meta.url).href)) as {
    default: QueryJob
  }
  const first = await measure(job, PROBE_RECORDS, Infinity)
  const second = await measure(job, Math.round(first.perSecond * PROBE_SECONDS), Infinity)
  const count = Math.round(second.perSecond * Number(values.seconds))
  const rounds: Round[] = []
  for (let round = 0; round < Number(values.rounds); round++) rounds.push(await measureRound(job, count, round % 2 === 1))
  console.log(line(query, count, rounds))
}
