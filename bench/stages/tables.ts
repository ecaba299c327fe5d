import { type About, aboutLine } from '../harness/about.ts'
import { markdownTable } from '../harness/page.ts'
import { aligned } from '../harness/table.ts'
import type { Figures } from './figures.ts'
import { STAGE_NAMES } from './stages.ts'

/** One run of `bench:stages`. */
export interface StagesRun {
  readonly about: About
  readonly figures: readonly Figures[]
}

/** docs/speed/stages.json. */
export interface KeptStages {
  readonly before?: StagesRun
  readonly now: StagesRun
}

const MEASURES = ['sum', 'CPU', 'M/s', 'bytes', 'buffers', 'GC', 'unsure', 'lost'] as const
const HEAD = ['', ...STAGE_NAMES, ...MEASURES]

function cells(name: string, figures: Figures): string[] {
  const { ns, totalNs, cpuNs, recordsPerSecond, heapBytes, bufferBytes, gcShare, unsureShare, lostShare } = figures
  return [
    name,
    ...STAGE_NAMES.map((stage) => nanoseconds(ns[stage])),
    nanoseconds(totalNs),
    nanoseconds(cpuNs),
    (recordsPerSecond / 1e6).toFixed(2),
    String(Math.round(heapBytes)),
    bufferBytes.toFixed(1),
    percent(gcShare),
    percent(unsureShare),
    percent(lostShare),
  ]
}

export function terminalTable(rows: readonly { readonly name: string; readonly figures: Figures }[]): string {
  return aligned([HEAD, ...rows.map(({ name, figures }) => cells(name, figures))])
}

/** The newest figures, each above those of before, then where they come from. */
export function pageTable({ before, now }: KeptStages): string {
  const rows = now.figures.flatMap((figures) => {
    const earlier = before?.figures.find(({ query }) => query === figures.query)
    return [cells(`**${figures.query}**`, figures), ...(earlier === undefined ? [] : [cells('before', earlier)])]
  })
  const made = [`Now: ${aboutLine(now.about)}`, ...(before === undefined ? [] : [`Before: ${aboutLine(before.about)}`])]
  return [markdownTable([HEAD, ...rows]), ...made].join('\n\n')
}

/** The functions that cost most, for a page. */
export function topFunctions({ figures }: StagesRun, count: number): string {
  const rows = figures.map(({ query, top }) => [
    query,
    top
      .slice(0, count)
      .map(({ name, ns }) => `${name.replaceAll('|', '\\|')} ${nanoseconds(ns)}`)
      .join('; '),
  ])
  return markdownTable([['', 'stage, function, nanoseconds per record'], ...rows])
}

export function nanoseconds(ns: number): string {
  return ns < 9.95 ? ns.toFixed(1) : ns.toFixed(0)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`
}
