export interface Column<Row> {
  readonly title: string
  readonly align: 'left' | 'right'
  readonly text: (row: Row) => string
}

/** Rows as aligned lines of text below a line of titles; columns are two spaces apart, no line ends in spaces. */
export function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ text }) => text(row)))]
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)))
  const lines = cells.map((line) =>
    line
      .map((cell, i) => pad(cell, widths[i]!, columns[i]!.align))
      .join('  ')
      .trimEnd(),
  )
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '))
  return lines.join('\n') + '\n'
}

const pad = (cell: string, width: number, align: 'left' | 'right'): string => (align === 'left' ? cell.padEnd(width) : cell.padStart(width))

/** 336776 as `336,776`. */
export const formatCount = (count: number): string => count.toLocaleString('en-US')

/** Minutes behind (+) or ahead of (-) the schedule, to a tenth. */
export const formatDelay = (minutes: number | null): string =>
  minutes === null ? '–' : `${minutes > 0 ? '+' : ''}${(Math.round(minutes * 10) / 10 + 0).toFixed(1)}`

/** Part of one as a percentage, to a tenth. */
export const formatShare = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(1)} %`)

/** A bar of at most `width` characters, to an eighth of a character. */
export function formatBar(part: number, width: number): string {
  const eighths = Math.round(part * width * 8)
  return '█'.repeat(eighths >> 3) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths & 7]!
}
