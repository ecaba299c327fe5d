import type { Comparison } from './compare.ts'
import type { ContenderName } from './protocol.ts'
import { rates } from './results.ts'
import { median, pairedRatio } from './statistics.ts'

const COLUMNS = [
  'query',
  'events',
  'naive loop',
  'best loop',
  'millrace',
  '(min - max)',
  'ratio',
  '95 % interval',
  'to best',
  'start-up',
  'checksum',
  'rows',
]

/** The comparisons for a terminal: rates in millions of records per second, medians; ratios of paired runs. */
export function table(comparisons: readonly Comparison[]): string {
  return aligned([COLUMNS, ...comparisons.map(cells)])
}

/** Rows of equally many cells, one below the other. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  '))
    .join('\n')
}

function cells(comparison: Comparison): string[] {
  const [naive, best, millrace] = (['naive', 'best', 'millrace'] as const).map((contender) => rates(comparison, contender))
  const truth = comparison.reports.get('naive')![0]!
  const measured = millrace!.length > 0
  const paired = measured ? pairedRatio(millrace!, naive!) : undefined
  return [
    comparison.query,
    String(comparison.count),
    rate(naive!),
    rate(best!),
    rate(millrace!),
    measured ? `(${millions(Math.min(...millrace!))} - ${millions(Math.max(...millrace!))})` : '-',
    paired === undefined ? '-' : paired.ratio.toFixed(2),
    paired === undefined || paired.low === null ? '-' : `${paired.low.toFixed(2)} - ${paired.high!.toFixed(2)}`,
    measured && best!.length > 0 ? pairedRatio(millrace!, best!).ratio.toFixed(2) : '-',
    startup(comparison, measured ? 'millrace' : 'naive'),
    String(truth.checksum),
    String(truth.rows),
  ]
}

function rate(values: readonly number[]): string {
  return values.length === 0 ? '-' : millions(median(values))
}

export function millions(perSecond: number): string {
  return (perSecond / 1e6).toFixed(perSecond < 1e6 ? 3 : 2)
}

function startup(comparison: Comparison, contender: ContenderName): string {
  return `${Math.round(median(comparison.reports.get(contender)!.map((report) => report.startupMs)))} ms`
}
