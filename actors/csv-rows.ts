import type * as CsvParse from 'csv-parse'
import { MillraceError } from '../src/errors.ts'
import { LINE_BYTES_MAX } from '../src/limits.ts'
import type { BadLine } from './bad-lines.ts'
import type { Block, FileFormat, FileParser } from './file-format.ts'

export interface CsvSpec {
  readonly delimiter?: string
  readonly quote?: string | false
  readonly columns?: readonly string[]
  readonly parse?: (row: Record<string, string>) => unknown
}

/** In place of a row: what is wrong with it. */
class BadRow {
  readonly error: Error

  constructor(error: Error) {
    this.error = error
  }
}

/** What csv-parse gives when it is asked for the text as well. */
interface RawRow {
  readonly record: unknown
  readonly raw: string
}

function withoutEnd(text: string): string {
  return text.replace(/[\r\n]+$/, '')
}

/** Rows of a file by csv-parse. */
class RowParser implements FileParser {
  readonly nextByte = null
  readonly #path: string
  readonly #parser: CsvParse.Parser
  #items: unknown[] = []
  /** By item: line and byte at which it ended. */
  #places: number[] = []
  /** By item: its text, where it is kept. */
  #texts: (string | null)[] = []

  constructor(csv: typeof CsvParse, path: string, { delimiter = ',', quote = '"', columns }: CsvSpec, keepsText: boolean) {
    this.#path = path
    this.#parser = new csv.Parser({
      delimiter,
      quote,
      columns: columns === undefined ? true : [...columns],
      bom: true,
      skip_empty_lines: true,
      max_record_size: LINE_BYTES_MAX,
      skip_records_with_error: true,
      // The text of every row is kept only for those that look at it.
      raw: keepsText,
      on_skip: (error, text) => this.#skipped(error!, text),
    })
    // Errors are told to whoever feeds it.
    this.#parser.on('error', () => {})
    this.#parser.push = (row: unknown) => row === null || (keepsText ? this.#addRaw(row as RawRow) : this.#add(row, null))
  }

  push(bytes: Buffer): Promise<Block | null> {
    return this.#feeding((done) => void this.#parser.write(bytes, done))
  }

  end(): Promise<Block | null> {
    return this.#feeding((done) => void this.#parser.end(done))
  }

  async #feeding(feed: (done: (error?: Error | null) => void) => void): Promise<Block | null> {
    await new Promise<void>((resolve, reject) => feed((error) => (error ? reject(error) : resolve())))
    const [items, places, texts] = [this.#items, this.#places, this.#texts]
    this.#items = []
    this.#places = []
    this.#texts = []
    if (items.length === 0) return null
    const textOf = (item: number): string | null => texts[item] ?? (items[item] instanceof BadRow ? null : JSON.stringify(items[item]))
    return {
      items,
      where: (item): BadLine => ({ path: this.#path, line: places[2 * item]!, byte: places[2 * item + 1]!, text: textOf(item) }),
    }
  }

  #addRaw({ record, raw }: RawRow): true {
    return this.#add(record, withoutEnd(raw))
  }

  #add(item: unknown, text: string | null): true {
    const { lines, bytes } = this.#parser.info
    this.#items.push(item)
    this.#places.push(lines, bytes)
    this.#texts.push(text)
    return true
  }

  #skipped(error: Error, text: string | undefined): undefined {
    const { lines } = this.#parser.info
    // Without a header nobody knows what the rows are; and what is open without end cannot be left out.
    if (!Array.isArray(this.#parser.options.columns)) throw error
    if ((error as { code?: string }).code === 'CSV_MAX_RECORD_SIZE') {
      throw new MillraceError('MR_RECORD_TOO_LARGE', `The row at line ${lines} of ${this.#path} has more than ${LINE_BYTES_MAX} bytes`)
    }
    // The bad row ends with its line: else a quote in its midst would take all that follows, up to the next one, into its field.
    ;(this.#parser as unknown as { state: { quoting: boolean } }).state.quoting = false
    // The parser may find several things wrong with one row.
    const last = this.#items.at(-1)
    if (last instanceof BadRow && this.#places.at(-2) === lines) return undefined
    this.#add(new BadRow(error), text === undefined ? null : withoutEnd(text))
    return undefined
  }
}

/** @param keepsText the text of every row, for those that turn out bad */
export function csvFormat(spec: CsvSpec, keepsText: boolean): FileFormat {
  const { parse } = spec
  return {
    // Loaded when needed: every worker would pay for it at its start.
    parser: async (path) => new RowParser(await import('csv-parse'), path, spec, keepsText),
    record: (row) => {
      if (row instanceof BadRow) throw row.error
      return parse === undefined ? row : parse(row as Record<string, string>)
    },
  }
}
