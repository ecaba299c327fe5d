import { jsonText } from '../src/actor/operator-kit.ts'
import { MillraceError } from '../src/errors.ts'

/** Turns records into lines. The header of a CSV file comes from its first record unless columns are given, and is state. */
export interface LineFormat {
  header: string[] | null
  line(record: unknown): string
}

export function lineFormat(format: 'lines' | 'csv' | 'jsonLines', columns?: readonly string[]): LineFormat {
  switch (format) {
    case 'lines':
      return { header: null, line: (record) => `${String(record)}\n` }
    case 'jsonLines':
      return { header: null, line: (record) => `${jsonText(record)}\n` }
    case 'csv':
      return new CsvFormat(columns)
  }
}

/**
 * RFC 4180, with line feeds. Nested values are written as JSON; a field that a record lacks stays empty. A field that the header lacks is left
 * out where the columns were given, else refused: a CSV file cannot grow a column.
 */
class CsvFormat implements LineFormat {
  readonly #columns: readonly string[] | undefined
  #header: string[] | null = null
  #known = new Set<string>()

  constructor(columns: readonly string[] | undefined) {
    this.#columns = columns
  }

  get header(): string[] | null {
    return this.#header
  }

  set header(header: string[] | null) {
    this.#header = header
    this.#known = new Set(header)
  }

  line(record: unknown): string {
    const row = record as Readonly<Record<string, unknown>>
    if (this.#header === null) {
      const header = [...(this.#columns ?? Object.keys(row))]
      const text = csvLine(header) + csvLine(header.map((column) => row[column]))
      // A record that cannot be written leaves no header behind.
      this.header = header
      return text
    }
    if (this.#columns === undefined) this.#check(row)
    return csvLine(this.#header.map((column) => row[column]))
  }

  #check(row: Readonly<Record<string, unknown>>): void {
    for (const field in row) {
      if (this.#known.has(field)) continue
      throw new MillraceError(
        'MR_RECORD_REFUSED',
        `A record has the field "${field}", which the header of the CSV file lacks: it came from the first record. Give the sink its columns`,
      )
    }
  }
}

function csvLine(values: readonly unknown[]): string {
  return `${values.map(csvField).join(',')}\n`
}

function csvField(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'object' ? jsonText(value) : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
