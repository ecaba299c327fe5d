import { type FileHandle, open } from 'node:fs/promises'
import type * as Hyparquet from 'hyparquet'
import type { AsyncBuffer, Compressors, FileMetaData } from 'hyparquet'
import type { PollResult } from '../src/actor/contract.ts'
import { loadPackage } from '../src/actor/optional-package.ts'
import { pathError } from '../src/actor/path-error.ts'
import { MillraceError } from '../src/errors.ts'
import type { Block } from './file-format.ts'
import type { FilePosition, ItemReader, TakeItems } from './file-reader.ts'

export type Decompressor = (input: Uint8Array, outputLength: number) => Uint8Array

interface ParquetOptions {
  readonly columns: readonly string[] | undefined
  readonly compressors: Readonly<Record<string, Decompressor>> | undefined
}

interface OpenFile {
  readonly handle: FileHandle
  readonly buffer: AsyncBuffer
  readonly metadata: FileMetaData
  readonly compressors: Compressors
  readonly rows: number
}

/** Times as milliseconds since 1970, as event times are. */
const PARSERS = {
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: (micros: bigint) => Number(micros) / 1_000,
  timestampFromNanoseconds: (nanos: bigint) => Number(nanos) / 1_000_000,
  dateFromDays: (days: number) => days * 86_400_000,
}

/** Reads one Parquet file, a row group at a time. A position is the number of a row; reading begins in the midst of a group where that is. */
export class ParquetReader implements ItemReader {
  readonly #path: string
  readonly #options: ParquetOptions
  readonly #wake: () => void
  #file: OpenFile | null = null
  /** Rows before the block. */
  #first: number
  #block: RowBlock | null = null
  #taken = 0
  #state: 'idle' | 'reading' | 'ended' | 'closed' = 'idle'
  #error: { readonly thrown: unknown } | null = null

  constructor(path: string, options: ParquetOptions, { items, skip }: FilePosition, wake: () => void) {
    this.#path = path
    this.#options = options
    this.#first = items + skip
    this.#wake = wake
  }

  get position(): FilePosition {
    const share = this.#file === null || this.#file.rows === 0 ? 0 : (this.#first + this.#taken) / this.#file.rows
    return { byte: 0, items: this.#first, skip: this.#taken, readBytes: Math.round(share * (this.#file?.buffer.byteLength ?? 0)) }
  }

  poll(most: number, take: TakeItems): PollResult {
    if (this.#error !== null) throw this.#error.thrown
    const block = this.#block
    if (block !== null) {
      const from = this.#taken
      const to = Math.min(block.items.length, from + most)
      this.#taken = to
      if (to === block.items.length) this.#block = null
      take(block, from, to)
      return 'more'
    }
    if (this.#state === 'idle') void this.#readOn()
    return this.#state === 'ended' ? 'end' : 'waiting'
  }

  close(): void {
    const wasReading = this.#state === 'reading'
    this.#state = 'closed'
    if (!wasReading) this.#closeFile()
  }

  async #readOn(): Promise<void> {
    this.#state = 'reading'
    this.#first += this.#taken
    this.#taken = 0
    try {
      this.#file ??= await this.#open()
      const rows = await this.#nextRows(this.#file)
      if (rows.length > 0) this.#block = new RowBlock(this.#path, this.#first, rows)
      if (this.#state === 'reading') this.#state = rows.length === 0 ? 'ended' : 'idle'
    } catch (thrown) {
      this.#error = { thrown: this.#failure(thrown) }
    } finally {
      if (this.#isClosed()) this.#closeFile()
      this.#wake()
    }
  }

  #isClosed(): boolean {
    return this.#state === 'closed'
  }

  async #open(): Promise<OpenFile> {
    const { parquetMetadataAsync } = await hyparquet()
    const handle = await open(this.#path)
    try {
      const buffer = {
        byteLength: (await handle.stat()).size,
        slice: (from: number, to?: number) => bytesOf(handle, from, to ?? buffer.byteLength),
      }
      const metadata = await parquetMetadataAsync(buffer, { parsers: PARSERS })
      const rows = Number(metadata.num_rows)
      if (this.#first > rows) throw this.#shrunk(rows)
      return { handle, buffer, metadata, compressors: await compressorsWith(this.#options.compressors), rows }
    } catch (thrown) {
      await handle.close()
      throw thrown
    }
  }

  /** What is left of the row group in which reading goes on; none at the end. */
  async #nextRows({ buffer, metadata, compressors, rows }: OpenFile): Promise<unknown[]> {
    if (this.#first >= rows) return []
    const { parquetReadObjects } = await hyparquet()
    let rowEnd = 0
    for (const { num_rows } of metadata.row_groups) if (rowEnd <= this.#first) rowEnd += Number(num_rows)
    const { columns } = this.#options
    const range = { rowStart: this.#first, rowEnd }
    return parquetReadObjects({
      file: buffer,
      metadata,
      compressors,
      parsers: PARSERS,
      ...range,
      ...(columns && { columns: [...columns] }),
    })
  }

  #closeFile(): void {
    const file = this.#file
    this.#file = null
    // Nothing was written: what closing may complain about changes nothing.
    file?.handle.close().catch(() => {})
  }

  #failure(cause: unknown): MillraceError {
    if (cause instanceof MillraceError) return cause
    if (typeof (cause as NodeJS.ErrnoException).code === 'string') return pathError('MR_SOURCE_FAILED', `Cannot read ${this.#path}`, cause)
    const text = cause instanceof Error ? cause.message : String(cause)
    return new MillraceError('MR_INPUT_INVALID', `Cannot read ${this.#path} behind row ${this.#first}: ${text}`, { cause })
  }

  #shrunk(rows: number): MillraceError {
    const text = `${this.#path} has become shorter: ${this.#first} rows of it were processed before, and it has ${rows}. Files must stay as they are once they are read`
    return new MillraceError('MR_SOURCE_FAILED', text)
  }
}

/** Rows of one file, by their numbers in it. */
export class RowBlock implements Block {
  readonly items: readonly unknown[]
  readonly #path: string
  readonly #first: number

  constructor(path: string, first: number, items: readonly unknown[]) {
    this.items = items
    this.#path = path
    this.#first = first
  }

  where(item: number): ReturnType<Block['where']> {
    return { path: this.#path, line: this.#first + item + 1, byte: null, text: null, raw: this.items[item] }
  }
}

function hyparquet(): Promise<typeof Hyparquet> {
  return loadPackage({ name: 'hyparquet', neededBy: 'millrace/parquet', load: () => import('hyparquet') })
}

async function bytesOf(handle: FileHandle, from: number, to: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(to - from)
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, from + at)
    if (bytesRead === 0) throw new Error(`it ends at byte ${from + at}, before what its footer says is there`)
    at += bytesRead
  }
  return bytes.buffer
}

/** What Node.js can decompress, besides snappy, which hyparquet has itself. */
async function compressorsWith(own: ParquetOptions['compressors']): Promise<Compressors> {
  const { brotliDecompressSync, gunzipSync, ...zlib } = await import('node:zlib')
  // Since Node.js 22.15.
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (input: Uint8Array) => Uint8Array }
  return {
    GZIP: (input) => gunzipSync(input),
    BROTLI: (input) => brotliDecompressSync(input),
    ...(zstdDecompressSync && { ZSTD: (input: Uint8Array) => zstdDecompressSync(input) }),
    ...own,
  }
}
