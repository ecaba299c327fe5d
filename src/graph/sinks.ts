import { onlyKnown } from '../core/known-options.ts'
import { resolve } from 'node:path'
import type { Writable } from 'node:stream'
import type { OperatorDefinition } from '../actor/contract.ts'
import { MillraceError } from '../errors.ts'
import {
  SINK_OPEN_FILES_DEFAULT,
  SINK_OPEN_FILES_MAX,
  SINK_ROLL_BYTES_DEFAULT,
  TABLE_REDRAW_MS_DEFAULT,
  TABLE_ROWS_DEFAULT,
} from '../limits.ts'
import { checkFunction } from './check-function.ts'
import * as check from './check-sink.ts'
import type { Guarantee, Parallelism } from './graph.ts'
import { twoPhaseSink } from './two-phase-sink.ts'
import { type RowOf, rowRules, upsertSink } from './upsert-sink.ts'

/** Where a stream ends. Made by {@link sink}; the type parameter is what it accepts. */
export interface SinkSpec<in T> {
  readonly kind: string
  readonly parallelism: Parallelism
  readonly spec: Readonly<Record<string, unknown>>
  /** What the sink shows after a restart: every record once, or some again, or some not at all. */
  readonly guarantee: Guarantee
  /** What no other sink of the job may write as well: the path of a file. */
  readonly claims?: string
  /** Present for sinks of one's own. */
  readonly definition?: OperatorDefinition
  readonly accepts?: (record: T) => void
}

/** 'lines': strings as they are; 'csv': RFC 4180 with a header; 'jsonLines': one JSON value a line. */
export type FileFormat = 'lines' | 'csv' | 'jsonLines'

export interface FormatOptions {
  readonly format: FileFormat
  /**
   * CSV only: the columns, in their order; other fields of a record are left out. Without it the first record of a file gives them, and a later
   * record with a field that is not among them is refused (MR_RECORD_REFUSED). A field that a record lacks stays empty.
   */
  readonly columns?: readonly string[]
}

export interface FileSinkOptions extends FormatOptions {
  readonly path: string
}

export interface RollOptions {
  /** A part file is finished when it has that many bytes of text, before compression. Default 128 MiB. */
  readonly bytes?: number
  /** ... or that many records. Default: any number. */
  readonly records?: number
  /** ... or is that many ms old. Default: any age. */
  readonly everyMs?: number
}

export interface FilesSinkOptions<T> extends FormatOptions {
  /** Made if it is missing. Together with `name` it belongs to this sink alone. */
  readonly dir: string
  /** Beginning of the files' names: `<name>-<lineage>-<instance>-<sequence>.<txt|csv|jsonl>[.gz]`. Default 'part'. */
  readonly name?: string
  readonly roll?: RollOptions
  /** Folder below `dir` that a record belongs to: names with '/' between them, none of them hidden, or ''. Default: `dir` itself. */
  readonly partition?: (record: T) => string
  readonly compress?: 'gzip'
  /** Files that one instance has open; when another folder needs one, the file used longest ago is finished. Default 64. */
  readonly openFilesMax?: number
}

/** Told to the function of `sink.forEachBatch`. */
export interface BatchContext {
  /** Aborted when the attempt is over: what is in flight will come again. */
  readonly signal: AbortSignal
  /** Number of the sink's instance, from 0. */
  readonly index: number
}

export interface ForEachBatchOptions {
  /** Records of one call, at most. Default: the job's `batchRecords`. */
  readonly batchRecords?: number
}

/** Told to the function that opens a stream. */
export interface StreamContext {
  /** Number of the sink's instance, from 0. */
  readonly index: number
  readonly parallelism: number
  /** Execution number: 1 at first, more after restarts. */
  readonly attempt: number
}

/** With a format: what is written is its text, one chunk a record. Without: the records as they are. */
export type StreamSinkOptions = Partial<FormatOptions>

export interface ConsoleTableOptions<T> {
  /** Fields to show, in their order. Default: those of the first record. */
  readonly columns?: readonly string[]
  /** What makes two records the same row, of which the newer one is shown: a field, or a function. Default 'key', which rows of Tables have. */
  readonly key?: string | ((record: T) => unknown)
  /** Rows shown on a terminal. Default 20. */
  readonly rows?: number
  /** Least time between two pictures on a terminal. Default 200. */
  readonly everyMs?: number
}

/** A sink of one's own, see docs/sinks.md. */
export interface OwnSinkOptions {
  /** What it shows after a restart. Default 'at-least-once'. */
  readonly guarantee?: Guarantee
  /** Instances; 1 says that it cannot have more. Default: one per worker. */
  readonly parallelism?: Parallelism
}

/** What makes two records the same row: a field, or a function. A text, finite number or boolean, or a list of them. */
export type TableKeySelector<T> = (keyof T & string) | ((record: T) => TableRowKey)

export type TableRowKey = string | number | boolean | readonly (string | number | boolean)[]

export interface TableSinkOptions<T> {
  /** Folder of the table, made if it is missing. It belongs to this sink alone. */
  readonly path: string
  readonly key: TableKeySelector<T>
  /** True for a record that removes the row of its key. Default: each is the new row. */
  readonly removes?: (record: T) => boolean
  readonly changes?: false
}

/** For what `changes()` of a Table gives: 'insert' and 'update-after' are the new row, 'delete' removes it. */
export interface TableChangesOptions<T> {
  readonly path: string
  readonly key: TableKeySelector<RowOf<T>>
  readonly changes: true
}

const FORMAT_OPTIONS = { format: 1, columns: 1 } as const
const FILES_OPTIONS = { ...FORMAT_OPTIONS, dir: 1, name: 1, roll: 1, partition: 1, compress: 1, openFilesMax: 1 } as const

export const sink = {
  /**
   * One file. After a restart it is cut back to the length that the checkpoint knows, so that the finished file holds every record once.
   * While the job runs, readers may see records of the current checkpoint interval that a restart takes back.
   *
   * @throws MillraceError MR_OPTION_INVALID; `to` throws MR_GRAPH_INVALID when another sink of the job writes the same path
   */
  file(options: FileSinkOptions): SinkSpec<unknown> {
    onlyKnown('sink.file', options, { ...FORMAT_OPTIONS, path: 1 })
    if (typeof options?.path !== 'string' || options.path === '') throw new MillraceError('MR_OPTION_INVALID', 'sink.file needs a path')
    check.format('sink.file', options)
    return { kind: 'fileSink', parallelism: 1, spec: { ...options }, guarantee: 'exactly-once', claims: resolve(options.path) }
  },

  /**
   * Files in a directory, written by every instance and finished now and then. Readers see finished files only: a file becomes visible, by
   * being renamed, when the checkpoint that holds all of it is complete. So every record is in exactly one visible file, once.
   *
   * @throws MillraceError MR_OPTION_INVALID; `to` throws MR_GRAPH_INVALID when another sink of the job has the same directory and name
   */
  files<T>(options: FilesSinkOptions<T>): SinkSpec<T> {
    onlyKnown('sink.files', options, FILES_OPTIONS)
    onlyKnown('roll of sink.files', options?.roll, { bytes: 1, records: 1, everyMs: 1 })
    const { dir, name = 'part', roll = {}, partition, compress, openFilesMax = SINK_OPEN_FILES_DEFAULT } = options ?? {}
    if (typeof dir !== 'string' || dir === '') throw new MillraceError('MR_OPTION_INVALID', 'sink.files needs a dir')
    check.format('sink.files', options)
    check.partName(name)
    if (partition !== undefined) checkFunction(partition, 'sink.files partition')
    if (compress !== undefined && compress !== 'gzip') {
      throw new MillraceError('MR_OPTION_INVALID', `sink.files compress=${String(compress)} is not 'gzip'`)
    }
    const { bytes = SINK_ROLL_BYTES_DEFAULT, records = Infinity, everyMs = Infinity } = roll
    check.positive('sink.files roll', { bytes, records, everyMs })
    check.integer('sink.files openFilesMax', openFilesMax, SINK_OPEN_FILES_MAX)
    const spec = { ...options, name, roll: { bytes, records, everyMs }, openFilesMax }
    const claims = `${resolve(dir, name)}-*`
    return { kind: 'filesSink', parallelism: 'workers', spec, guarantee: 'exactly-once', claims }
  },

  /**
   * A table in a folder, the newest record of each key, which other processes read with `openTable` while it is written. It changes when a checkpoint is complete, by
   * all that the checkpoint holds at once. One instance writes it: records of one key have an order only if they come from one instance, as after `keyBy` and from Tables.
   *
   * @throws MillraceError MR_OPTION_INVALID; `to` throws MR_GRAPH_INVALID when another sink of the job has the same folder
   */
  table: tableSink,

  /** Standard output, one line a record: strings as they are, anything else as JSON. Written from the worker, never through the app thread. */
  console(): SinkSpec<unknown> {
    return { kind: 'consoleSink', parallelism: 1, spec: {}, guarantee: 'at-least-once' }
  },

  /**
   * Standard output as a table. On a terminal it is drawn again in place, the newest row of each key; elsewhere every record is a line, in
   * columns. Meant for Tables: `table.toStream({ emit: 'changes' }).to(sink.consoleTable())`.
   *
   * @throws MillraceError MR_OPTION_INVALID
   */
  consoleTable<T>(options: ConsoleTableOptions<T> = {}): SinkSpec<T> {
    onlyKnown('sink.consoleTable', options, { columns: 1, key: 1, rows: 1, everyMs: 1 })
    const { columns, key = 'key', rows = TABLE_ROWS_DEFAULT, everyMs = TABLE_REDRAW_MS_DEFAULT } = options
    check.columns('sink.consoleTable', columns)
    if (typeof key !== 'string') checkFunction(key, 'sink.consoleTable key')
    check.integer('sink.consoleTable rows', rows, TABLE_ROWS_DEFAULT * 50)
    check.positive('sink.consoleTable', { everyMs })
    return { kind: 'consoleTableSink', parallelism: 1, spec: { ...options, key, rows, everyMs }, guarantee: 'at-least-once' }
  },

  /**
   * Calls a function on the worker for each record. It need not wait for the promise of one call before the next one comes: checkpoints and the end do. A promise that is
   * rejected is what a thrown error is. For one call at a time, see `forEachBatch`.
   */
  forEach<T>(fn: (record: T) => unknown): SinkSpec<T> {
    return { kind: 'forEachSink', parallelism: 'workers', spec: { fn: checkFunction(fn, 'sink.forEach') }, guarantee: 'at-least-once' }
  },

  /**
   * Calls a function on the worker for batches of records. When it returns a promise, its instance makes no other call until that is fulfilled,
   * and takes in at most one further batch; a checkpoint waits for it. A rejected promise fails the job as a thrown error does.
   *
   * @throws MillraceError MR_OPTION_INVALID
   */
  forEachBatch<T>(fn: (records: T[], context: BatchContext) => unknown, options: ForEachBatchOptions = {}): SinkSpec<T> {
    onlyKnown('sink.forEachBatch', options, { batchRecords: 1 })
    const { batchRecords } = options
    if (batchRecords !== undefined) check.integer('sink.forEachBatch batchRecords', batchRecords, 1_000_000)
    const spec = { fn: checkFunction(fn, 'sink.forEachBatch'), ...(batchRecords !== undefined && { batchRecords }) }
    return { kind: 'forEachBatchSink', parallelism: 'workers', spec, guarantee: 'at-least-once' }
  },

  /**
   * A Node stream, opened by the function in each attempt (and in each instance; `to(sink, { parallelism: 1 })` makes it one). Waits when the
   * stream wants that, has everything confirmed before a checkpoint counts it, and ends the stream at the end. An error of the stream
   * fails the job with MR_SINK_FAILED.
   */
  nodeStream<T>(open: (context: StreamContext) => Writable | Promise<Writable>, options: StreamSinkOptions = {}): SinkSpec<T> {
    return streamSink('nodeStream', open, options)
  },

  /** The same for a web stream. */
  webStream<T>(
    open: (context: StreamContext) => WritableStream<T> | Promise<WritableStream<T>>,
    options: StreamSinkOptions = {},
  ): SinkSpec<T> {
    return streamSink('webStream', open, options)
  },

  /**
   * Rows by key into a store, by a function that writes batches of them: of each key the newest row, null when it was removed. Records since the last checkpoint come again after a
   * failure; since only the newest row of a key counts, what is there in the end is what a run without failures would have written. Behind `keyBy`, or from a Table, so that the
   * records of a key come in order.
   *
   * @throws MillraceError MR_OPTION_INVALID
   */
  upsert: upsertSink,

  /**
   * Transactions of a store that can prepare them: what comes between two checkpoints is one of each instance, committed when the checkpoint that holds it is complete. Every record is
   * shown once. The function is called for each instance and attempt.
   *
   * @throws MillraceError MR_OPTION_INVALID
   */
  twoPhaseCommit: twoPhaseSink,

  /**
   * A sink of one's own: an operator that passes nothing on. See docs/sinks.md for what it has to do.
   *
   * @throws MillraceError MR_OPTION_INVALID
   */
  from<T>(definition: OperatorDefinition, spec: Readonly<Record<string, unknown>> = {}, options: OwnSinkOptions = {}): SinkSpec<T> {
    onlyKnown('sink.from', options, { guarantee: 1, parallelism: 1 })
    const { guarantee = 'at-least-once', parallelism = 'workers' } = options
    check.guarantee('sink.from', guarantee)
    return { kind: check.definition('sink.from', definition).kind, definition, spec, guarantee, parallelism }
  },
} as const

function tableSink<T>(options: TableChangesOptions<T>): SinkSpec<T>
function tableSink<T>(options: TableSinkOptions<T>): SinkSpec<T>
function tableSink<T>(options: TableSinkOptions<T> | TableChangesOptions<T>): SinkSpec<T> {
  onlyKnown('sink.table', options, { path: 1, key: 1, removes: 1, changes: 1 })
  const { path } = options
  if (typeof path !== 'string' || path === '') throw new MillraceError('MR_OPTION_INVALID', 'sink.table needs a path')
  const claims = resolve(path)
  const spec = { path: claims, ...rowRules('sink.table', options) }
  return { kind: 'tableSink', parallelism: 1, spec, guarantee: 'exactly-once', claims }
}

function streamSink(kind: 'nodeStream' | 'webStream', open: unknown, options: StreamSinkOptions): SinkSpec<unknown> {
  onlyKnown(`sink.${kind}`, options, FORMAT_OPTIONS)
  if (options.format !== undefined) check.format(`sink.${kind}`, options as FormatOptions)
  const spec = { ...options, open: checkFunction(open, `sink.${kind}`) }
  return { kind: `${kind}Sink`, parallelism: 'workers', spec, guarantee: 'at-least-once' }
}
