import { cpus, totalmem } from 'node:os'
import type { Comparison } from './compare.ts'
import type { ContenderName } from './protocol.ts'
import { median, pairedRatio } from './statistics.ts'
import type { Ratio } from './statistics.ts'

export interface Rate {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** One query in the JSON file. Rates are input records per second of wall time. */
export interface Result {
  readonly name: string
  readonly workers: number
  /** null where the job takes no checkpoints. */
  readonly checkpointIntervalMs: number | null
  readonly events: number
  readonly eventsPerSecond: Rate
  /** Medians of the loops. */
  readonly loopEventsPerSecond: number
  readonly bestLoopEventsPerSecond: number
  /** millrace to the naive loop, over the paired runs. */
  readonly ratio: number
  /** Bounds of the ratio's 95 % confidence interval; null for a single run. */
  readonly ratioLow: number | null
  readonly ratioHigh: number | null
  /** The same to the best loop; null where there is none. */
  readonly toBest: Ratio | null
  readonly checksum: number
  readonly rows: number
}

export interface ResultsFile {
  readonly machine: string
  readonly node: string
  readonly date: string
  readonly results: readonly Result[]
}

export function rates<Name extends string = ContenderName>(comparison: Comparison<Name>, contender: Name): readonly number[] {
  return (comparison.reports.get(contender) ?? []).map((report) => report.events / report.seconds)
}

export function resultOf(comparison: Comparison): Result {
  const millrace = rates(comparison, 'millrace')
  const naive = rates(comparison, 'naive')
  const best = rates(comparison, 'best')
  const { ratio, low, high } = rounded(pairedRatio(millrace, naive))
  const report = comparison.reports.get('millrace')![0]!
  return {
    name: comparison.query,
    workers: comparison.workers,
    checkpointIntervalMs: report.checkpointIntervalMs ?? null,
    events: comparison.count,
    eventsPerSecond: {
      median: Math.round(median(millrace)),
      min: Math.round(Math.min(...millrace)),
      max: Math.round(Math.max(...millrace)),
    },
    loopEventsPerSecond: Math.round(median(naive)),
    bestLoopEventsPerSecond: Math.round(median(best)),
    ratio,
    ratioLow: low,
    ratioHigh: high,
    toBest: best.length === 0 ? null : rounded(pairedRatio(millrace, best)),
    checksum: report.checksum,
    rows: report.rows,
  }
}

export function resultsFile(results: readonly Result[]): ResultsFile {
  return { machine: machineName(), node: process.version, date: new Date().toISOString(), results }
}

export function machineName(): string {
  const all = cpus()
  return `${all[0]?.model.trim() ?? 'unknown CPU'}, ${all.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`
}

function rounded({ ratio, low, high }: Ratio): Ratio {
  return { ratio: thousandths(ratio), low: low === null ? null : thousandths(low), high: high === null ? null : thousandths(high) }
}

function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000
}
