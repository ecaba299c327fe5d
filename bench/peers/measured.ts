import type { Comparison } from '../harness/compare.ts'
import type { Report } from '../harness/protocol.ts'
import { median, pairedRatio } from '../harness/statistics.ts'
import type { QueryName } from '../loops/registry.ts'
import type { PeerName } from './peer.ts'

export type Contender = 'naive' | 'millrace' | PeerName

/** One contender on one query. Rates are input records per second of wall time. */
export interface Measured {
  readonly query: QueryName
  readonly contender: Contender
  readonly events: number
  readonly eventsPerSecond: { readonly median: number; readonly min: number; readonly max: number }
  /** How many times as fast millrace is, over the paired runs, with the bounds of the 95 % interval; null for a single run. */
  readonly millraceRatio: number
  readonly millraceRatioLow: number | null
  readonly millraceRatioHigh: number | null
  /** Median of what the process takes besides: its start, before the first record, and its end. */
  readonly besidesMs: number
  /** Of all runs; null where the system does not say. */
  readonly peakRssBytes: number | null
}

export function measuredOf({ query, count, reports }: Comparison<Contender>): Measured[] {
  const millrace = ratesOf(reports.get('millrace')!)
  return [...reports].map(([contender, its]) => {
    const rates = ratesOf(its)
    const rounds = Math.min(millrace.length, rates.length)
    const { ratio, low, high } = pairedRatio(millrace.slice(0, rounds), rates.slice(0, rounds))
    const peaks = its.map((report) => report.peakRssBytes ?? null)
    return {
      query,
      contender,
      events: count,
      eventsPerSecond: { median: median(rates), min: Math.min(...rates), max: Math.max(...rates) },
      millraceRatio: ratio,
      millraceRatioLow: low,
      millraceRatioHigh: high,
      besidesMs: median(its.map((report) => (report.processSeconds! - report.seconds) * 1000)),
      peakRssBytes: peaks.some((peak) => peak === null) ? null : Math.max(...peaks.map(Number)),
    }
  })
}

function ratesOf(reports: readonly Report[]): number[] {
  return reports.map((report) => report.events / report.seconds)
}
