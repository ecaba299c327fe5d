import type * as CsvParse from 'csv-parse'
import { MillraceError } from '../src/errors.ts'
import { LINE_BYTES_MAX } from '../src/limits.ts'
import { type BadLine, rawLine } from './bad-lines.ts'
import type { Block, FileFormat, FileParser } from './file-format.ts'

export interface CsvSpec {
  readonly delimiter?: string
  readonly quote?: string | false
  readonly columns?: readonly string[]
  readonly parse?: (row: Record<string, string>) => unknown
}

/** What is read of csv-parse beyond its types. */
interface Internals {
  readonly state: {
    quoting: boolean
    readonly recordHasError: boolean
    readonly rawBuffer: { readonly buf: Uint8Array; readonly length: number }
  }
  readonly api: { __resetRecord(): void }
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
}

/** Rows of a file by csv-parse. */
class RowParser implements FileParser {
  readonly nextByte = null
  readonly #path: string
  readonly #parser: CsvParse.Parser
  #items: unknown[] = []
  /** By item: line and byte at which it ended. */
  #places: number[] = []
  /** By item: its bytes, where they are kept. */
  #raws: (Uint8Array | null)[] = []

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
      on_skip: (error) => this.#skipped(error!, keepsText),
    })
    // Errors are told to whoever feeds it.
    this.#parser.on('error', () => {})
    this.#parser.push = (row: unknown) => row === null || (keepsText ? this.#add((row as RawRow).record, this.#raw) : this.#add(row, null))
    if (keepsText) this.#watchEnds()
  }

  /** The row at hand, as far as it has been read. */
  get #raw(): Uint8Array {
    const { buf, length } = this.#internals.state.rawBuffer
    return rawLine(buf.subarray(0, length))
  }

  get #internals(): Internals {
    return this.#parser as unknown as Internals
  }

  /** What is wrong with a row is told where it is found; the row ends later. */
  #watchEnds(): void {
    const { api, state } = this.#internals
    const reset = api.__resetRecord
    api.__resetRecord = () => {
      if (state.recordHasError && this.#items.at(-1) instanceof BadRow) this.#raws[this.#raws.length - 1] = this.#raw
      reset.call(api)
    }
  }

  push(bytes: Buffer): Promise<Block | null> {
    return this.#feeding((done) => void this.#parser.write(bytes, done))
  }

  end(): Promise<Block | null> {
    return this.#feeding((done) => void this.#parser.end(done))
  }

  async #feeding(feed: (done: (error?: Error | null) => void) => void): Promise<Block | null> {
    await new Promise<void>((resolve, reject) => feed((error) => (error ? reject(error) : resolve())))
    const [items, places, raws] = [this.#items, this.#places, this.#raws]
    const isOpen = this.#internals.state.recordHasError && items.at(-1) instanceof BadRow && !this.#parser.writableEnded
    const whole = items.length - (isOpen ? 1 : 0)
    this.#items = items.splice(whole)
    this.#places = places.splice(2 * whole)
    this.#raws = raws.splice(whole)
    if (whole === 0) return null
    return {
      items,
      where: (item): BadLine => {
        const raw = raws[item] ?? null
        const text = raw !== null ? new TextDecoder().decode(raw) : items[item] instanceof BadRow ? null : JSON.stringify(items[item])
        return { path: this.#path, line: places[2 * item]!, byte: places[2 * item + 1]!, text, raw }
      },
    }
  }

  #add(item: unknown, raw: Uint8Array | null): true {
    const { lines, bytes } = this.#parser.info
    this.#items.push(item)
    this.#places.push(lines, bytes)
    this.#raws.push(raw)
    return true
  }

  #skipped(error: Error, keepsText: boolean): undefined {
    const { lines } = this.#parser.info
    // Without a header nobody knows what the rows are; and what is open without end cannot be left out.
    if (!Array.isArray(this.#parser.options.columns)) throw error
    if ((error as { code?: string }).code === 'CSV_MAX_RECORD_SIZE') {
      throw new MillraceError('MR_RECORD_TOO_LARGE', `The row at line ${lines} of ${this.#path} has more than ${LINE_BYTES_MAX} bytes`)
    }
    // The bad row ends with its line: else a quote in its midst would take all that follows, up to the next one, into its field.
    this.#internals.state.quoting = false
    // The parser may find several things wrong with one row.
    const last = this.#items.at(-1)
    if (last instanceof BadRow && this.#places.at(-2) === lines) return undefined
    this.#add(new BadRow(error), keepsText ? this.#raw : null)
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
