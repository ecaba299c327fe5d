import type stringWidth from 'string-width'
import { jsonText } from '../src/actor/operator-kit.ts'

const GAP = '  '
const CELL_COLUMNS_MAX = 60

/** A value as one line of text. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value.replaceAll(/\p{Cc}/gu, ' ')
  if (typeof value === 'object' && !(value instanceof Date)) return jsonText(value)
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : String(value)
}

/** Lays rows out in columns as wide as what has come so far; numbers to the right. Widths are columns of a terminal: two for a CJK character or an emoji. */
export class TableText {
  readonly columns: readonly string[]
  readonly #measure: typeof stringWidth
  readonly #widths: number[]

  constructor(columns: readonly string[], measure: typeof stringWidth) {
    this.columns = columns
    this.#measure = measure
    this.#widths = columns.map((name) => measure(name))
  }

  /** Makes room for a row. */
  fit(row: Readonly<Record<string, unknown>>): void {
    this.columns.forEach((name, c) => {
      const width = Math.min(CELL_COLUMNS_MAX, this.#measure(cellText(row[name])))
      if (width > this.#widths[c]!) this.#widths[c] = width
    })
  }

  header(): string {
    return this.#line(this.columns.map((name) => ({ text: name, right: false })))
  }

  /** @param widthMax columns that there are, at most */
  row(row: Readonly<Record<string, unknown>>): string {
    return this.#line(
      this.columns.map((name) => ({
        text: this.#clip(cellText(row[name]), CELL_COLUMNS_MAX),
        right: typeof row[name] === 'number' || typeof row[name] === 'bigint',
      })),
    )
  }

  /** Cut to a number of columns, the end replaced by '…'. */
  clip(text: string, width: number): string {
    return this.#clip(text, width)
  }

  #line(cells: readonly { readonly text: string; readonly right: boolean }[]): string {
    const padded = cells.map(({ text, right }, c) => {
      const space = ' '.repeat(Math.max(0, this.#widths[c]! - this.#measure(text)))
      return right ? space + text : text + space
    })
    return padded.join(GAP).trimEnd()
  }

  #clip(text: string, width: number): string {
    if (this.#measure(text) <= width) return text
    let clipped = ''
    for (const { segment } of new Intl.Segmenter().segment(text)) {
      if (this.#measure(clipped + segment) > width - 1) break
      clipped += segment
    }
    return `${clipped}…`
  }
}
