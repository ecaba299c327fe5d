import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { MillraceError } from '../src/errors.ts'
import type { OperatorActor, OperatorContext, OperatorDefinition, PollResult, StateChunk } from '../src/actor/contract.ts'
import { splitLines } from './split-lines.ts'
import { SplitReader } from './split-reader.ts'

interface FileSpec {
  readonly paths: readonly string[]
  readonly delimiter?: string
  readonly columns?: readonly string[]
  readonly parse?: (row: Record<string, string>) => unknown
}

type OpenFile = (path: string, spec: FileSpec) => AsyncIterable<unknown>

/** Files, each a split, read one after the other by the instance that it belongs to. A position is the number of records read of a file. */
class FileSource implements OperatorActor {
  readonly injectsBarriers = true
  readonly #context: OperatorContext
  readonly #paths: readonly string[]
  readonly #splits: readonly number[]
  readonly #readers: ReadonlyMap<number, SplitReader>
  #current = 0

  constructor(spec: FileSpec, context: OperatorContext, open: OpenFile) {
    this.#context = context
    this.#paths = spec.paths
    this.#splits = spec.paths.map((_, split) => split).filter((split) => split % context.parallelism === context.index)
    this.#readers = new Map(
      this.#splits.map((split) => {
        const path = spec.paths[split]!
        return [split, new SplitReader(() => naming(path, context, open(path, spec)), context.batchRecords, context.wake)]
      }),
    )
  }

  poll(): PollResult {
    const split = this.#splits[this.#current]
    if (split === undefined) return 'end'
    const reader = this.#readers.get(split)!
    const result = reader.poll((records) => this.#context.run(records, 0, records.length, null, split, reader.position - records.length))
    if (result !== 'end') return result
    this.#context.closeSplit(split)
    this.#current++
    return 'more'
  }

  snapshot(): StateChunk[] {
    return [...this.#readers].map(([id, reader]) => ({ scope: 'split', id, value: { path: this.#paths[id], position: reader.position } }))
  }

  restore(chunks: readonly StateChunk[]): void {
    for (const { id, value } of chunks) {
      const { path, position } = value as { path: string; position: number }
      if (path !== this.#paths[id]) this.#refuse(id, path)
      this.#readers.get(id)!.skipTo(position)
    }
  }

  /** Positions belong to files: more may follow at the end of the list, but those that were there keep their places. */
  #refuse(split: number, path: string): never {
    const { operator, site } = this.#context
    const text = `The checkpoint knows ${path} as file ${split + 1} of the source, which is ${this.#paths[split] ?? 'not there'} now. Add files at the end of the list only, or begin anew with fresh: true`
    throw new MillraceError('MR_STATE_INCOMPATIBLE', text, { operator, site })
  }

  async close(): Promise<void> {
    for (const reader of this.#readers.values()) await reader.close()
  }
}

/** Errors say which file. */
async function* naming(path: string, { operator, site }: OperatorContext, records: AsyncIterable<unknown>): AsyncIterable<unknown> {
  try {
    yield* records
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause
    throw new MillraceError('MR_SOURCE_FAILED', `Cannot read ${path}: ${(cause as Error).message}`, { cause, operator, site })
  }
}

function readBytes(path: string): NodeJS.ReadableStream & AsyncIterable<Buffer> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 })
  if (!path.endsWith('.gz')) return file
  // pipeline() passes errors of the file on to the reader of the unzipped bytes.
  return pipeline(file, createGunzip(), () => {}) as never
}

const openLines: OpenFile = (path) => splitLines(readBytes(path))

async function* openCsv(path: string, { delimiter = ',', columns, parse }: FileSpec): AsyncIterable<unknown> {
  // Loaded when needed: every worker would pay for it at its start.
  const { parse: parseCsv } = await import('csv-parse')
  const parser = parseCsv({ delimiter, columns: columns === undefined ? true : [...columns], bom: true, skip_empty_lines: true })
  const rows: AsyncIterable<Record<string, string>> = pipeline(readBytes(path), parser, () => {}) as never
  yield* parse === undefined ? rows : mapRows(rows, parse)
}

async function* mapRows(
  rows: AsyncIterable<Record<string, string>>,
  parse: (row: Record<string, string>) => unknown,
): AsyncIterable<unknown> {
  for await (const row of rows) yield parse(row)
}

const openJsonLines: OpenFile = (path) => parseJson(path, splitLines(readBytes(path)))

async function* parseJson(path: string, lines: AsyncIterable<string>): AsyncIterable<unknown> {
  let line = 0
  for await (const text of lines) {
    line++
    if (text.trim() === '') continue
    try {
      yield JSON.parse(text)
    } catch (cause) {
      throw new MillraceError('MR_SOURCE_FAILED', `Line ${line} of ${path} is not valid JSON: ${(cause as Error).message}`, { cause })
    }
  }
}

function fileSource(kind: string, open: OpenFile): OperatorDefinition {
  return { kind, create: (spec, context) => new FileSource(spec as unknown as FileSpec, context, open) }
}

export const linesSource = fileSource('lines', openLines)
export const csvSource = fileSource('csv', openCsv)
export const jsonLinesSource = fileSource('jsonLines', openJsonLines)
