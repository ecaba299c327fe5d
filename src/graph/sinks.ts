import { MillraceError } from '../errors.ts'
import type { Parallelism } from './graph.ts'

/** Where a stream ends. Made by {@link sink}; the type parameter is what it accepts. */
export interface SinkSpec<in T> {
  readonly kind: string
  readonly parallelism: Parallelism
  readonly spec: Readonly<Record<string, unknown>>
  /** What the sink shows after a restart: every record once, or some again. */
  readonly guarantee: 'exactly-once' | 'at-least-once'
  readonly accepts?: (record: T) => void
}

export interface FileSinkOptions {
  readonly path: string
  /** 'lines': strings as they are; 'csv': header from the first record; 'jsonLines': one JSON value a line. */
  readonly format: 'lines' | 'csv' | 'jsonLines'
}

const FILE_FORMATS = ['lines', 'csv', 'jsonLines']

export const sink = {
  /**
   * One file. After a restart it is cut back to the length that the checkpoint knows, so that the finished file holds every record once.
   * While the job runs, readers may see records of the current checkpoint interval that a restart takes back.
   */
  file(options: FileSinkOptions): SinkSpec<unknown> {
    if (typeof options?.path !== 'string' || options.path === '') throw new MillraceError('MR_OPTION_INVALID', 'sink.file needs a path')
    if (!FILE_FORMATS.includes(options.format)) {
      throw new MillraceError('MR_OPTION_INVALID', `sink.file format=${String(options.format)} is not one of ${FILE_FORMATS.join(', ')}`)
    }
    return { kind: 'fileSink', parallelism: 1, spec: { ...options }, guarantee: 'exactly-once' }
  },

  /** Standard output, one line a record: strings as they are, anything else as JSON. Written from the worker, never through the app thread. */
  console(): SinkSpec<unknown> {
    return { kind: 'consoleSink', parallelism: 1, spec: {}, guarantee: 'at-least-once' }
  },

  /** Calls a function on the worker for each record. */
  forEach<T>(fn: (record: T) => void): SinkSpec<T> {
    if (typeof fn !== 'function') throw new MillraceError('MR_OPTION_INVALID', 'sink.forEach needs a function')
    return { kind: 'forEachSink', parallelism: 'workers', spec: { fn }, guarantee: 'at-least-once' }
  },
} as const
