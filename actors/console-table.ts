import { isatty, WriteStream } from 'node:tty'
import { TABLE_KEYS_MAX } from '../src/limits.ts'
import { wallMsAt } from '../src/actor/clock.ts'
import type { OperatorActor, OperatorContext, OperatorDefinition } from '../src/actor/contract.ts'
import { writeAll } from './blocking-write.ts'
import { TableText } from './table-text.ts'

interface ConsoleTableSpec {
  readonly columns?: readonly string[]
  readonly key: string | ((record: unknown) => unknown)
  readonly rows: number
  readonly everyMs: number
}

type Row = Readonly<Record<string, unknown>>

const STDOUT = 1
const TERMINAL_COLUMNS_DEFAULT = 80

/** Shows rows on standard output: drawn again in place on a terminal, else one aligned line a record. */
class ConsoleTable implements OperatorActor {
  readonly #spec: ConsoleTableSpec
  readonly #context: OperatorContext
  readonly #isTerminal = isatty(STDOUT)
  #columns = TERMINAL_COLUMNS_DEFAULT
  #text: ((columns: readonly string[]) => TableText) | null = null
  #table: TableText | null = null
  /** The newest row of each key, in the order in which keys came. On a terminal. */
  readonly #rows = new Map<unknown, Row>()
  /** Records without a picture, or a line, yet. */
  #waiting: Row[] = []
  #changed = false
  #drawnMs = 0
  #height = 0

  constructor(spec: ConsoleTableSpec, context: OperatorContext) {
    this.#spec = spec
    this.#context = context
  }

  async open(): Promise<void> {
    // Loaded when needed: every worker would pay for it at its start.
    const { default: stringWidth } = await import('string-width')
    this.#text = (columns) => new TableText(columns, stringWidth)
    // The width is known to a stream only; process.stdout of a worker is none of a terminal.
    if (this.#isTerminal) this.#columns = new WriteStream(STDOUT).columns || TERMINAL_COLUMNS_DEFAULT
  }

  get holdsBack(): boolean {
    return this.#waiting.length > 0
  }

  /** When the next picture is due. */
  get wakeAtMs(): number {
    return this.#changed ? wallMsAt(this.#context.clock, this.#drawnMs + this.#spec.everyMs) : Infinity
  }

  onTime(): void {
    this.#draw()
  }

  process(record: unknown): void {
    const row = typeof record === 'object' && record !== null ? (record as Row) : { value: record }
    if (!this.#isTerminal) return void this.#waiting.push(row)
    const { key } = this.#spec
    // A record without that field is a row of its own.
    const found = typeof key === 'function' ? key(record) : row[key]
    this.#rows.set(found === undefined ? row : typeof found === 'object' ? JSON.stringify(found) : found, row)
    this.#changed = true
    if (this.#rows.size > TABLE_KEYS_MAX) this.#rows.delete(this.#rows.keys().next().value)
  }

  flush(force: boolean): void {
    if (!this.#isTerminal) this.#print()
    // Before a checkpoint, and at the end.
    else if (force && this.#changed) this.#draw()
  }

  #tableFor(row: Row): TableText {
    return (this.#table ??= this.#text!(this.#spec.columns ?? Object.keys(row)))
  }

  #print(): void {
    if (this.#waiting.length === 0) return
    const isFirst = this.#table === null
    const table = this.#tableFor(this.#waiting[0]!)
    for (const row of this.#waiting) table.fit(row)
    const lines = this.#waiting.map((row) => table.row(row))
    this.#waiting = []
    writeAll(STDOUT, Buffer.from(`${isFirst ? `${table.header()}\n` : ''}${lines.join('\n')}\n`))
  }

  #draw(): void {
    const shown = [...this.#rows.values()].slice(0, this.#spec.rows)
    const table = this.#tableFor(shown[0]!)
    for (const row of shown) table.fit(row)
    // One column stays free: a full line wraps on some terminals.
    const width = this.#columns - 1
    const hidden = this.#rows.size - shown.length
    const lines = [table.header(), ...shown.map((row) => table.row(row)), ...(hidden > 0 ? [`and ${hidden} more`] : [])]
    const back = this.#height === 0 ? '' : `\x1b[${this.#height}A\r\x1b[J`
    writeAll(STDOUT, Buffer.from(`${back}${lines.map((line) => table.clip(line, width)).join('\n')}\n`))
    this.#height = lines.length
    this.#changed = false
    this.#drawnMs = this.#context.clock.monotonicMs()
  }
}

export const consoleTableSink: OperatorDefinition = {
  kind: 'consoleTableSink',
  create: (spec, context) => new ConsoleTable(spec as unknown as ConsoleTableSpec, context),
}
