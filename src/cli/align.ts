import { printableLine } from './printable.ts'

/** Rows as columns of equal width, two spaces between them, printable. Columns in `right` (by position) are aligned to the right. */
export function alignRows(given: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const rows = given.map((row) => row.map(printableLine))
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, c) => (widths[c] = Math.max(widths[c] ?? 0, cell.length)))
  return rows.map((row) =>
    row
      .map((cell, c) => (right.includes(c) ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
      .join('  ')
      .trimEnd(),
  )
}

/** One printable line, cut to a number of characters, the end replaced by '…'. */
export function clip(given: string, width: number): string {
  const text = printableLine(given)
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}
