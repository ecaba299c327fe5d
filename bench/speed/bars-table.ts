import { markdownTable } from '../harness/page.ts'
import type { Result } from '../harness/results.ts'
import type { Ratio } from '../harness/statistics.ts'
import type { Measured } from '../peers/measured.ts'
import { topStages } from '../stages/figures.ts'
import { nanoseconds, type StagesRun } from '../stages/tables.ts'
import { attemptsLink, type CountAttempts } from './attempts.ts'
import { type Bar, BARS, LATENCY_AIMS_MS, PEER_BARS } from './bars.ts'

/** What was measured; each part by a command of its own. */
export interface Evidence {
  readonly loops?: { readonly results: readonly Result[] } | undefined
  readonly peers?: { readonly results: readonly Measured[] } | undefined
  readonly stages?: StagesRun | undefined
  readonly latency?: Latency | undefined
  /** What was tried about those that are missed; absent: nothing. */
  readonly attempts?: CountAttempts
  /** That tells of the attempts, where the table is not on it. */
  readonly attemptsPage?: string
}

/** Milliseconds. */
export type Latency = Readonly<Record<keyof typeof LATENCY_AIMS_MS, number>>

const HEAD = ['workload', 'beside', 'goal', 'reached', '95 % interval', '', 'costs most (ns per record)', 'tried']
const NAMES: Partial<Record<Bar['to'], string>> = {
  naive: 'naive loop',
  best: 'best loop',
  flink: 'Flink',
  timely: 'timely',
  jet: 'Hazelcast Jet',
}
const COSTS = 3

/** Goal beside reached for every bar, and for those that are missed what costs most. */
export function barsTable(evidence: Evidence): string {
  return markdownTable([HEAD, ...rowsOf(BARS, evidence), ...latencyRows(evidence)])
}

/** The bars beside other engines alone. */
export function peerBarsTable(evidence: Evidence): string {
  return markdownTable([HEAD, ...rowsOf(PEER_BARS, evidence)])
}

function rowsOf(bars: readonly Bar[], evidence: Evidence): string[][] {
  return bars.map((bar) => {
    const reached = reachedOf(bar, evidence)
    const missed = reached !== undefined && reached.ratio < bar.goal
    return [
      bar.query,
      NAMES[bar.to] ?? bar.to,
      String(bar.goal),
      reached === undefined ? '-' : reached.ratio.toFixed(2),
      reached === undefined || reached.low === null ? '-' : `${reached.low.toFixed(2)} - ${reached.high!.toFixed(2)}`,
      reached === undefined ? 'not measured' : verdict(bar.goal, reached),
      missed ? costsOf(bar, evidence.stages) : '',
      missed ? triedOf(bar.query, evidence) : '',
    ]
  })
}

/** What the noise allows to say. */
export function verdict(goal: number, { ratio, low, high }: Ratio): string {
  const said = ratio >= goal ? 'reached' : '**missed**'
  const sure = low === null || high === null || low >= goal || high < goal
  return sure ? said : `${said}, within the noise`
}

function reachedOf({ query, to }: Bar, { loops, peers }: Evidence): Ratio | undefined {
  if (to === 'naive' || to === 'best') {
    const result = loops?.results.find(({ name }) => name === query)
    if (to === 'best') return result?.toBest ?? undefined
    return result && { ratio: result.ratio, low: result.ratioLow, high: result.ratioHigh }
  }
  const measured = peers?.results.find((one) => one.query === query && one.contender === to)
  return measured && { ratio: measured.millraceRatio, low: measured.millraceRatioLow, high: measured.millraceRatioHigh }
}

function costsOf({ query }: Bar, stages: StagesRun | undefined): string {
  const figures = stages?.figures.find((one) => one.query === query)
  if (figures === undefined) return '-'
  return topStages(figures, COSTS)
    .map((stage) => `${stage} ${nanoseconds(figures.ns[stage])}`)
    .join(', ')
}

function triedOf(workload: string, { attempts = () => 0, attemptsPage = '' }: Evidence): string {
  return attemptsLink(attempts(workload), attemptsPage)
}

function latencyRows(evidence: Evidence): string[][] {
  return Object.entries(LATENCY_AIMS_MS).map(([quantile, aim]) => {
    const ms = evidence.latency?.[quantile as keyof Latency]
    const tried = ms !== undefined && ms > aim ? triedOf('latency', evidence) : ''
    const said = ms === undefined ? 'not measured' : ms <= aim ? 'reached' : '**missed**'
    return [`latency ${quantile}`, '', `${aim} ms`, ms === undefined ? '-' : `${ms.toFixed(1)} ms`, '-', said, '', tried]
  })
}
