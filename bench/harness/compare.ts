import { randomInt } from 'node:crypto'
import type { QueryName } from '../loops/registry.ts'
import { COUNT_MAX, SEED_MAX } from '../workloads/span.ts'
import type { ContenderName, Order, Report } from './protocol.ts'
import { describe } from './run-contender.ts'
import type { RunContender } from './run-contender.ts'

export interface Comparison<Name extends string = ContenderName> {
  readonly query: QueryName
  readonly workers: number
  readonly seed: number
  readonly count: number
  /** One report per round and contender, in the order of the rounds; fewer of those that are too slow for all. */
  readonly reports: ReadonlyMap<Name, readonly Report[]>
}

export interface Plan<Name extends string = ContenderName> {
  readonly query: QueryName
  readonly workers: number
  readonly contenders: readonly Name[]
  /** How long one run of the naive loop is to take. */
  readonly seconds: number
  readonly runs: number
  /** Fixed instead of drawn, to repeat a run. */
  readonly seed?: number
  readonly count?: number
  /** A contender whose first run takes more than so many times as long as the naive loop's takes part in the first round only: what is that far away needs no more. Default: never. */
  readonly slowTimes?: number
}

/** Two contenders computed different things: no figure of either means anything. */
export class MismatchError extends Error {
  override readonly name = 'MismatchError'
}

/**
 * Runs the contenders in turns (A B C, A B C, ...) over the same records, seed and count drawn anew for each comparison.
 *
 * @throws MismatchError when a contender's result is not that of the naive loop.
 * @throws ContenderError when a contender fails.
 */
export async function compare<Name extends string = ContenderName>(
  plan: Plan<Name>,
  run: RunContender<Name>,
  progress: (round: number, rates: string) => void = () => {},
): Promise<Comparison<Name>> {
  const { query, workers, contenders } = plan
  const seed = plan.seed ?? randomInt(1, SEED_MAX + 1)
  const count = plan.count ?? (await calibrate(plan, seed, run))
  const reports = new Map<Name, Report[]>(contenders.map((contender) => [contender, []]))
  let truth: Report | undefined
  for (let round = 0; round < plan.runs; round++) {
    const takingPart = round === 0 ? contenders : contenders.filter((contender) => !isSlow(reports.get(contender)![0]!, truth!, plan))
    for (const contender of takingPart) {
      const order = { contender, query, seed, count, workers }
      const report = await run(order)
      truth ??= report
      expectSame(order, report, truth)
      reports.get(contender)!.push(report)
    }
    progress(round, takingPart.map((contender) => `${contender} ${lastRate(reports.get(contender)!)}`).join('  '))
  }
  return { query, workers, seed, count, reports }
}

function isSlow({ seconds }: Report, naive: Report, { slowTimes = Infinity }: Pick<Plan, 'slowTimes'>): boolean {
  return seconds > slowTimes * naive.seconds
}

function lastRate(reports: readonly Report[]): string {
  const { events, seconds } = reports.at(-1)!
  return (events / seconds / 1e6).toFixed(2)
}

/** Every runner knows it, whatever it compares. */
const NAIVE: ContenderName = 'naive'
const PROBE_COUNT = 20_000
const PROBE_SECONDS_MIN = 0.3

/** How many records the naive loop does in about `seconds`, give or take a random tenth. */
async function calibrate<Name extends string>(
  { query, workers, seconds }: Plan<Name>,
  seed: number,
  run: RunContender<Name>,
): Promise<number> {
  const probeSeconds = Math.min(PROBE_SECONDS_MIN, seconds)
  let count = PROBE_COUNT
  for (;;) {
    const report = await run({ contender: NAIVE as Name, query, seed, count, workers })
    const rate = report.events / report.seconds
    if (report.seconds >= probeSeconds || count >= COUNT_MAX) {
      const variation = 0.9 + randomInt(200_000) / 1_000_000
      return Math.min(COUNT_MAX, Math.max(1_000, Math.round(rate * seconds * variation)))
    }
    count = Math.min(COUNT_MAX, Math.ceil(Math.max(2 * count, Math.min(20 * count, 1.5 * rate * probeSeconds))))
  }
}

function expectSame(order: Order<string>, report: Report, truth: Report): void {
  for (const field of ['events', 'rows', 'checksum', 'characters'] as const) {
    const expected = field === 'events' ? order.count : truth[field]
    if (report[field] !== expected) {
      throw new MismatchError(`${describe(order)} gives ${field}=${report[field]}, the naive loop ${field}=${expected}`)
    }
  }
}
