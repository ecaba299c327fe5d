import { MillraceError } from '../src/errors.ts'
import { LINE_BYTES_MAX } from '../src/limits.ts'
import { type BadLine, rawLine } from './bad-lines.ts'
import { type Block, type FileFormat, type FileParser, NO_RECORD } from './file-format.ts'

const LINE_FEED = 10
const BYTE_ORDER_MARK = '\uFEFF'

interface Place {
  readonly byte: number
  readonly items: number
}

/**
 * Lines of UTF-8 text, ended by \n or \r\n, the last one with or without an end. Bytes that are no UTF-8 become U+FFFD; a byte order mark at the
 * beginning is dropped. Decodes all complete lines of a chunk in one go.
 */
export class LineParser implements FileParser {
  readonly #path: string
  /** Of the first line that no block holds. */
  #byte: number
  #lines: number
  /** Of the line that is not complete. */
  #rest: Buffer[] = []
  #restBytes = 0

  constructor(path: string, { byte, items }: Place) {
    this.#path = path
    this.#byte = byte
    this.#lines = items
  }

  get nextByte(): number {
    return this.#byte
  }

  push(bytes: Buffer): Block | null {
    const last = bytes.lastIndexOf(LINE_FEED)
    if (last === -1) {
      this.#keep(bytes)
      return null
    }
    const head = bytes.subarray(0, last + 1)
    const whole = this.#restBytes === 0 ? head : Buffer.concat([...this.#rest, head])
    this.#rest = []
    this.#restBytes = 0
    if (last + 1 < bytes.length) this.#keep(bytes.subarray(last + 1))
    return this.#block(whole)
  }

  end(): Block | null {
    if (this.#restBytes === 0) return null
    const whole = Buffer.concat(this.#rest)
    this.#rest = []
    this.#restBytes = 0
    return this.#block(whole)
  }

  #keep(bytes: Buffer): void {
    this.#rest.push(bytes)
    this.#restBytes += bytes.length
    if (this.#restBytes <= LINE_BYTES_MAX) return
    const text = `Line ${this.#lines + 1} of ${this.#path} (byte ${this.#byte}) has more than ${LINE_BYTES_MAX} bytes`
    throw new MillraceError('MR_RECORD_TOO_LARGE', text)
  }

  #block(bytes: Buffer): Block | null {
    let text = bytes.toString('utf8')
    if (this.#byte === 0 && text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1)
    const items = text.split('\n')
    // What follows the last line feed is no line. A file of nothing but a byte order mark has none.
    if (items.at(-1) === '') items.pop()
    if (text.includes('\r')) items.forEach((line, i) => line.endsWith('\r') && (items[i] = line.slice(0, -1)))
    const block = new LineBlock(this.#path, { byte: this.#byte, items: this.#lines }, bytes, items)
    this.#byte += bytes.length
    this.#lines += items.length
    return items.length === 0 ? null : block
  }
}

class LineBlock implements Block {
  readonly items: readonly string[]
  readonly #path: string
  readonly #place: Place
  readonly #bytes: Buffer

  constructor(path: string, place: Place, bytes: Buffer, items: readonly string[]) {
    this.items = items
    this.#path = path
    this.#place = place
    this.#bytes = bytes
  }

  where(item: number): BadLine {
    let at = 0
    for (let line = 0; line < item; line++) at = this.#bytes.indexOf(LINE_FEED, at) + 1
    const end = this.#bytes.indexOf(LINE_FEED, at)
    const raw = rawLine(this.#bytes.subarray(at, end === -1 ? undefined : end))
    return { path: this.#path, line: this.#place.items + item + 1, byte: this.#place.byte + at, text: this.items[item]!, raw }
  }
}

export const linesFormat: FileFormat = { parser: (path, place) => new LineParser(path, place) }

/** Lines of white space hold no value. */
export const jsonLinesFormat: FileFormat = {
  parser: (path, place) => new LineParser(path, place),
  record: (line) => ((line as string).trim() === '' ? NO_RECORD : JSON.parse(line as string)),
}
