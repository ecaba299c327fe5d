import type { OperatorActor, OperatorContext, OperatorDefinition, PollResult, SourceProgress, StateChunk } from '../src/actor/contract.ts'
import { BadLines } from './bad-lines.ts'
import { type CsvSpec, csvFormat } from './csv-rows.ts'
import { type Block, type FileFormat, NO_RECORD } from './file-format.ts'
import { type FileList, ListedFiles } from './file-list.ts'
import { FileReader } from './file-reader.ts'
import { FoundFiles } from './found-files.ts'
import { jsonLinesFormat, linesFormat } from './text-lines.ts'

interface FileSpec {
  readonly paths: readonly string[] | null
  readonly glob: readonly string[] | null
  readonly watchMs: number | null
  readonly onError: 'fail' | 'skip'
}

/** Files, read one after the other by the instance that they belong to. */
class FileSource implements OperatorActor {
  readonly #context: OperatorContext
  readonly #format: FileFormat
  readonly #files: FileList
  readonly #badLines: BadLines
  #reader: FileReader | null = null

  constructor({ paths, glob, watchMs, onError }: FileSpec, context: OperatorContext, format: FileFormat) {
    this.#context = context
    this.#format = format
    this.#files = paths !== null ? new ListedFiles(paths, context) : new FoundFiles(glob!, watchMs, context)
    this.#badLines = new BadLines(onError)
  }

  open(): Promise<void> {
    return this.#files.open()
  }

  poll(): PollResult {
    const file = this.#files.current()
    if (file === null) return this.#files.complete ? 'end' : this.#files.look()
    this.#reader ??= new FileReader(file.path, this.#format, file.position, this.#context.wake)
    const result = this.#reader.poll(this.#context.batchRecords, (block, from, to) => this.#pass(block, from, to, file.split))
    file.position = this.#reader.position
    if (result !== 'end') return result
    file.done = true
    this.#reader.close()
    this.#reader = null
    this.#context.closeSplit(file.split)
    return 'more'
  }

  #pass(block: Block, from: number, to: number, split: number): void {
    if (this.#format.record === undefined) return this.#context.run(block.items, from, to, null, split)
    const records: unknown[] = []
    for (let item = from; item < to; item++) this.#parse(this.#format.record, block, item, records)
    if (records.length > 0) this.#context.run(records, 0, records.length, null, split)
  }

  #parse(record: (item: unknown) => unknown, block: Block, item: number, records: unknown[]): void {
    try {
      const parsed = record(block.items[item])
      if (parsed !== NO_RECORD) records.push(parsed)
    } catch (error) {
      this.#badLines.handle(block.where(item), error)
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

function fileSource(kind: string, format: (spec: FileSpec) => FileFormat): OperatorDefinition {
  return { kind, create: (spec, context) => new FileSource(spec as unknown as FileSpec, context, format(spec as unknown as FileSpec)) }
}

export const linesSource = fileSource('lines', () => linesFormat)
export const csvSource = fileSource('csv', (spec) => csvFormat(spec as CsvSpec, spec.onError))
export const jsonLinesSource = fileSource('jsonLines', () => jsonLinesFormat)
