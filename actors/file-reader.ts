import { type ReadStream, createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { pathError } from '../src/actor/path-error.ts'
import { MillraceError } from '../src/errors.ts'
import { FILE_CHUNK_BYTES, READ_AHEAD_BATCHES_MAX } from '../src/limits.ts'
import type { PollResult } from '../src/actor/contract.ts'
import type { Block, FileFormat, FileParser } from './file-format.ts'

/** Where reading goes on: `skip` items after byte `byte`, which has `items` items before it. */
export interface FilePosition {
  readonly byte: number
  readonly items: number
  readonly skip: number
  /** Bytes of the file, as it lies on the disk, that this stands for. */
  readonly readBytes: number
}

export const FILE_BEGIN: FilePosition = { byte: 0, items: 0, skip: 0, readBytes: 0 }

interface Queued {
  readonly block: Block
  /** Byte behind it; null where reading cannot begin in the middle of the file. */
  readonly endByte: number | null
  readonly readBytes: number
}

/** Takes items from..to of a block. */
export type TakeItems = (block: Block, from: number, to: number) => void

/** Reads one file from a position on. */
export interface ItemReader {
  /** Behind all that was handed out. */
  readonly position: FilePosition
  /** Hands out at most so many items. Throws a MillraceError with the path when the file cannot be read. */
  poll(most: number, take: TakeItems): PollResult
  close(): void
}

/** Reads one file from a position on, a bounded number of blocks ahead. Names that end in .gz are unzipped. */
export class FileReader implements ItemReader {
  readonly #path: string
  readonly #format: FileFormat
  readonly #wake: () => void
  readonly #queue: Queued[] = []
  /** Where reading begins again after a restart. */
  #byte: number
  #items: number
  #readBytes: number
  /** Items handed out since `#byte`, and those of them before the first block of the queue. */
  #taken: number
  #before = 0
  #state: 'new' | 'reading' | 'ended' | 'closed' = 'new'
  #error: { readonly thrown: unknown } | null = null
  #file: ReadStream | null = null
  #roomFor: (() => void) | null = null

  constructor(path: string, format: FileFormat, { byte, items, skip, readBytes }: FilePosition, wake: () => void) {
    this.#path = path
    this.#format = format
    this.#byte = byte
    this.#items = items
    this.#taken = skip
    this.#readBytes = readBytes
    this.#wake = wake
  }

  get position(): FilePosition {
    return { byte: this.#byte, items: this.#items, skip: this.#taken, readBytes: this.#readBytes }
  }

  /** Hands out at most so many items. Throws a MillraceError with path and place when the file cannot be read. */
  poll(most: number, take: TakeItems): PollResult {
    if (this.#state === 'new') {
      this.#state = 'reading'
      void this.#readAhead()
    }
    this.#passOver()
    const block = this.#queue[0]?.block
    if (block !== undefined) {
      const from = this.#taken - this.#before
      const to = Math.min(block.items.length, from + most)
      // The position moves first: when the chain throws, the attempt is over anyway.
      this.#taken += to - from
      take(block, from, to)
      return 'more'
    }
    if (this.#error !== null) throw this.#error.thrown
    if (this.#state === 'reading') return 'waiting'
    if (this.#taken > this.#before) throw this.#shrunk('what was processed of it before is not there')
    return 'end'
  }

  close(): void {
    this.#state = 'closed'
    this.#file?.destroy()
    this.#roomFor?.()
  }

  /** Blocks that were handed out, now or before a restart. */
  #passOver(): void {
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      const { block, endByte, readBytes } = first
      const behind = this.#before + block.items.length
      if (this.#taken < behind) return
      this.#queue.shift()
      this.#readBytes = Math.max(this.#readBytes, readBytes)
      if (endByte === null) this.#before = behind
      else {
        this.#byte = endByte
        this.#items += behind
        this.#taken -= behind
        this.#before = 0
      }
      this.#roomFor?.()
    }
  }

  async #readAhead(): Promise<void> {
    try {
      await this.#readAll()
    } catch (thrown) {
      this.#error = { thrown: this.#failure(thrown) }
    } finally {
      if (this.#state === 'reading') this.#state = 'ended'
      this.#wake()
    }
  }

  async #readAll(): Promise<void> {
    const [begin, zipped] = [this.#byte, this.#path.endsWith('.gz')]
    const known = await stat(this.#path)
    if (known.isFile() && begin > known.size) throw this.#shrunk(`it has ${known.size} bytes`)
    const parser = await this.#format.parser(this.#path, { byte: begin, items: this.#items })
    if (this.#state === 'closed') return
    // A pipe has no positions, so it is not told to start at one.
    const file = createReadStream(this.#path, { highWaterMark: FILE_CHUNK_BYTES, ...(begin > 0 && { start: begin }) })
    this.#file = file
    // pipeline() passes errors of the file on to the reader of the unzipped bytes.
    const bytes = zipped ? pipeline(file, createGunzip({ chunkSize: FILE_CHUNK_BYTES }), () => {}) : file
    const place = (): Omit<Queued, 'block'> => ({ endByte: zipped ? null : parser.nextByte, readBytes: begin + file.bytesRead })
    await this.#parseAll(bytes, parser, place)
    if (!zipped && known.isFile() && begin + file.bytesRead < known.size && this.#state === 'reading')
      throw this.#shrunk(`it had ${known.size} bytes when it was opened, and ${begin + file.bytesRead} when they were read`)
  }

  async #parseAll(bytes: AsyncIterable<Buffer>, parser: FileParser, place: () => Omit<Queued, 'block'>): Promise<void> {
    for await (const chunk of bytes) {
      if (this.#state === 'closed') return
      const block = await parser.push(chunk)
      if (block !== null) await this.#enqueue({ block, ...place() })
    }
    const last = await parser.end()
    if (last !== null) await this.#enqueue({ block: last, ...place() })
  }

  async #enqueue(queued: Queued): Promise<void> {
    this.#queue.push(queued)
    this.#wake()
    while (this.#queue.length >= READ_AHEAD_BATCHES_MAX && this.#state !== 'closed')
      await new Promise<void>((resolve) => (this.#roomFor = resolve))
    this.#roomFor = null
  }

  #failure(cause: unknown): MillraceError {
    if (cause instanceof MillraceError) return cause
    // What csv-parse and zlib say is wrong with what they were given.
    const code = (cause as NodeJS.ErrnoException).code ?? ''
    const at = this.#file === null ? '' : ` (byte ${this.#byte + this.#file.bytesRead})`
    if (/^(CSV|Z)_/.test(code))
      return new MillraceError('MR_INPUT_INVALID', `Cannot read ${this.#path}${at}: ${(cause as Error).message}`, { cause })
    return pathError('MR_SOURCE_FAILED', `Cannot read ${this.#path}${at}`, cause)
  }

  #shrunk(how: string): MillraceError {
    const text = `${this.#path} has become shorter, at byte ${this.#byte} and ${this.#taken} items behind it: ${how}. Files must stay as they are once they are read`
    return new MillraceError('MR_SOURCE_FAILED', text)
  }
}
