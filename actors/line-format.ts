/** Turns records into lines. The header of a CSV file comes from its first record, and is state. */
export interface LineFormat {
  header: string[] | null
  line(record: unknown): string
}

export function lineFormat(format: 'lines' | 'csv' | 'jsonLines'): LineFormat {
  switch (format) {
    case 'lines':
      return { header: null, line: (record) => `${String(record)}\n` }
    case 'jsonLines':
      return { header: null, line: (record) => `${JSON.stringify(record)}\n` }
    case 'csv':
      return new CsvFormat()
  }
}

/** RFC 4180, with line feeds. Nested values are written as JSON. */
class CsvFormat implements LineFormat {
  header: string[] | null = null

  line(record: unknown): string {
    const row = record as Readonly<Record<string, unknown>>
    let text = ''
    if (this.header === null) {
      this.header = Object.keys(row)
      text = csvLine(this.header)
    }
    return text + csvLine(this.header.map((column) => row[column]))
  }
}

function csvLine(values: readonly unknown[]): string {
  return `${values.map(csvField).join(',')}\n`
}

function csvField(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
