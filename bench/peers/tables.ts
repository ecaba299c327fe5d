import { markdownTable } from '../harness/page.ts'
import { aligned, millions } from '../harness/table.ts'
import type { Contender, Measured } from './measured.ts'
import type { PeerName } from './peer.ts'

const COLUMNS = ['query', 'contender', 'rate', '(min - max)', 'millrace is', '95 % interval', 'besides', 'peak memory']

/** Everything, for a terminal. Rates in millions of records per second. */
export function terminalTable(all: readonly Measured[]): string {
  return aligned([COLUMNS, ...all.map(cells)])
}

function cells({
  query,
  contender,
  eventsPerSecond: rate,
  millraceRatio,
  millraceRatioLow,
  millraceRatioHigh,
  ...rest
}: Measured): string[] {
  return [
    query,
    contender,
    millions(rate.median),
    `(${millions(rate.min)} - ${millions(rate.max)})`,
    contender === 'millrace' ? '-' : `${millraceRatio.toFixed(2)}x`,
    contender === 'millrace' || millraceRatioLow === null ? '-' : `${millraceRatioLow.toFixed(2)} - ${millraceRatioHigh!.toFixed(2)}`,
    seconds(rest.besidesMs),
    rest.peakRssBytes === null ? '-' : mebibytes(rest.peakRssBytes),
  ]
}

/** Which contender stands in which column of the page's table: that of `flink-elided` is the one of `flink`. */
const COLUMN_OF: Partial<Record<Contender, { readonly column: PeerName; readonly row: string }>> = {
  'flink-elided': { column: 'flink', row: ', elided' },
}

/** For a page: a row for each query with rates, and behind each how many times as fast millrace is; then start-up and memory. */
export function pageTables(all: readonly Measured[]): string {
  const costs = unique(all.map(({ contender }) => contender)).map((contender) => {
    const its = all.filter((measured) => measured.contender === contender)
    return [
      contender,
      range(
        its.map(({ besidesMs }) => besidesMs),
        seconds,
      ),
      range(
        its.map(({ peakRssBytes }) => peakRssBytes),
        mebibytes,
      ),
    ]
  })
  return [ratesTable(all), markdownTable([['', 'start and end of the process', 'peak memory'], ...costs])].join('\n\n')
}

/** A row for each query with rates, and behind each how many times as fast millrace is. */
export function ratesTable(all: readonly Measured[]): string {
  const placed = all.map((measured) => {
    const { column, row } = COLUMN_OF[measured.contender] ?? { column: measured.contender, row: '' }
    return { measured, column, row: measured.query + row }
  })
  const columns = unique(placed.map(({ column }) => column))
  const rates = unique(placed.map(({ row }) => row)).map((row) => [
    row,
    ...columns.map((column) => rateCell(placed.find((one) => one.row === row && one.column === column)?.measured)),
  ])
  return markdownTable([['', ...columns], ...rates])
}

function rateCell(measured: Measured | undefined): string {
  if (measured === undefined) return '-'
  const rate = millions(measured.eventsPerSecond.median)
  return measured.contender === 'millrace' ? rate : `${rate} (${measured.millraceRatio.toFixed(1)}x)`
}

function range(values: readonly (number | null)[], text: (value: number) => string): string {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? '-' : `${text(Math.min(...known))} - ${text(Math.max(...known))}`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}
