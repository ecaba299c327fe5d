/**
 * `millrace/parquet`: Parquet files as a source. Needs the package `hyparquet`.
 *
 * @module
 */
import { onlyKnown } from '../../core/known-options.ts'
import { refuseOption } from '../../core/refuse-option.ts'
import { checkFunction } from '../../graph/check-function.ts'
import * as check from '../../graph/check-sink.ts'
import { type FileOptions, fileSpec } from '../../graph/file-options.ts'
import { definitionSite } from '../../graph/site.ts'
import type { SourceSpec } from '../../graph/source-options.ts'

/** A row as the file has it: timestamps and dates are milliseconds since 1970. */
export type ParquetRow = Readonly<Record<string, unknown>>

export interface ParquetOptions<T> extends Pick<FileOptions<T>, 'path' | 'glob' | 'watch'> {
  /** Columns to read; others are not even looked at. Default: all. */
  readonly columns?: readonly string[]
  /** Turns a row into the record; what it throws makes the row a bad one. Default: the row. */
  readonly parse?: (row: ParquetRow) => T
  /** What 64-bit integers become. With 'number', a row with one that no number holds exactly is a bad one. Default 'bigint'. */
  readonly int64?: 'bigint' | 'number'
  /** Of codecs that Node.js does not have: `{ LZ4: (input, outputLength) => ... }`. */
  readonly compressors?: Readonly<Record<string, (input: Uint8Array, outputLength: number) => Uint8Array>>
}

const OPTIONS = { path: 1, glob: 1, watch: 1, columns: 1, parse: 1, int64: 1, compressors: 1 } as const

/**
 * Parquet files, for `source.from(name, parquetSource({ path }))`: by path, by glob, or as they come into a folder, as `source.csv` reads them. Exactly once: a checkpoint keeps the
 * row in each file.
 *
 * @throws MillraceError MR_OPTION_INVALID; the run fails with MR_PACKAGE_MISSING where hyparquet is not installed
 */
export function parquetSource<T = ParquetRow>(options: ParquetOptions<T>): SourceSpec<T> {
  const site = definitionSite(parquetSource)
  onlyKnown('parquetSource', options, OPTIONS, site)
  const { columns, parse, int64 = 'bigint', compressors = {} } = options
  const files = fileSpec('parquetSource', 'parquetSource', options as FileOptions<never>, site)
  check.columns('parquetSource', columns)
  if (parse !== undefined) checkFunction(parse, 'parquetSource parse')
  if (int64 !== 'bigint' && int64 !== 'number') refuseOption('int64 of parquetSource', int64, `'bigint' or 'number'`, { site })
  for (const [codec, decompress] of Object.entries(compressors)) checkFunction(decompress, `parquetSource compressors.${codec}`)
  return {
    kind: 'parquet',
    spec: { ...files, int64, compressors, ...(columns && { columns }), ...(parse && { parse }) },
    parallelism: files.paths?.length === 1 ? 1 : 'workers',
    guarantee: 'exactly-once',
  }
}
