import type { OperatorActor, OperatorContext, OperatorDefinition, PollResult, SourceProgress, StateChunk } from '../src/actor/contract.ts'
import { handleBadLine } from './bad-lines.ts'
import { type CsvSpec, csvFormat } from './csv-rows.ts'
import { type Block, type FileFormat, type ItemFormat, NO_RECORD } from './file-format.ts'
import { type FileList, ListedFiles } from './file-list.ts'
import { type FilePosition, FileReader, type ItemReader } from './file-reader.ts'
import { FoundFiles } from './found-files.ts'
import { jsonLinesFormat, linesFormat } from './text-lines.ts'

export interface FileSpec {
  readonly paths: readonly string[] | null
  readonly glob: readonly string[] | null
  readonly watchMs: number | null
}

/** How the files of a source are opened, and what their items mean. */
export interface FileKind extends ItemFormat {
  open(path: string, position: FilePosition, wake: () => void): ItemReader
}

/** Files, read one after the other by the instance that they belong to. */
class FileSource implements OperatorActor {
  readonly #context: OperatorContext
  readonly #kind: FileKind
  readonly #files: FileList
  #reader: ItemReader | null = null

  constructor({ paths, glob, watchMs }: FileSpec, context: OperatorContext, kind: FileKind) {
    this.#context = context
    this.#kind = kind
    this.#files = paths !== null ? new ListedFiles(paths, context) : new FoundFiles(glob!, watchMs, context)
  }

  open(): Promise<void> {
    return this.#files.open()
  }

  poll(): PollResult {
    const file = this.#files.current()
    if (file === null) return this.#files.complete ? 'end' : this.#files.look()
    if (this.#reader === null) {
      // Found files share splits, one after the other: what was closed behind the last one is open for the next.
      this.#context.openSplit(file.split)
      this.#reader = this.#kind.open(file.path, file.position, this.#context.wake)
    }
    const result = this.#reader.poll(this.#context.batchRecords, (block, from, to) => this.#pass(block, from, to, file.split))
    file.position = this.#reader.position
    if (result !== 'end') return result
    file.done = true
    this.#reader.close()
    this.#reader = null
    this.#context.closeSplit(file.split)
    return 'more'
  }

  /** A position is the number of an item in its file: where items hold no record, those behind them run on their own. */
  #pass(block: Block, from: number, to: number, split: number): void {
    const { items, skip } = this.#reader!.position
    const first = items + skip - to
    if (this.#kind.record === undefined) return this.#context.run(block.items, from, to, null, split, first + from)
    let records: unknown[] = []
    for (let item = from; item < to; item++) {
      const parsed = this.#parse(this.#kind.record, block, item, split, first + item)
      if (parsed !== NO_RECORD) records.push(parsed)
      else if (records.length > 0) {
        this.#run(records, split, first + item)
        records = []
      }
    }
    if (records.length > 0) this.#run(records, split, first + to)
  }

  #run(records: unknown[], split: number, end: number): void {
    this.#context.run(records, 0, records.length, null, split, end - records.length)
  }

  #parse(record: (item: unknown) => unknown, block: Block, item: number, split: number, position: number): unknown {
    const { badInput } = this.#context
    badInput?.next()
    try {
      return record(block.items[item])
    } catch (error) {
      handleBadLine(badInput, block.where(item), error, split, position)
      return NO_RECORD
    }
  }

  progress(): SourceProgress | null {
    return this.#files.progress()
  }

  snapshot(): StateChunk[] {
    return this.#files.snapshot()
  }

  restore(chunks: readonly StateChunk[]): void {
    this.#files.restore(chunks)
  }

  close(): void {
    this.#reader?.close()
  }
}

/** @param kindOf of the source's spec; `keepsText`: a dead letter may want what the items were */
export function fileSource(kind: string, kindOf: (spec: FileSpec, keepsText: boolean) => FileKind): OperatorDefinition {
  return {
    kind,
    create: (spec, context) => {
      const files = spec as unknown as FileSpec
      return new FileSource(files, context, kindOf(files, context.badInput !== null))
    },
  }
}

function readThrough(format: FileFormat): FileKind {
  return { ...format, open: (path, position, wake) => new FileReader(path, format, position, wake) }
}

export const linesSource = fileSource('lines', () => readThrough(linesFormat))
export const csvSource = fileSource('csv', (spec, keepsText) => readThrough(csvFormat(spec as CsvSpec, keepsText)))
export const jsonLinesSource = fileSource('jsonLines', () => readThrough(jsonLinesFormat))
