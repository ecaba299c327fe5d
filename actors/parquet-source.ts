import { type FileSpec, fileSource } from './file-source.ts'
import { type Decompressor, ParquetReader } from './parquet-reader.ts'

interface ParquetSpec extends FileSpec {
  readonly columns?: readonly string[]
  readonly parse?: (row: Readonly<Record<string, unknown>>) => unknown
  readonly int64: 'bigint' | 'number'
  readonly compressors?: Readonly<Record<string, Decompressor>>
}

export const parquetSource = fileSource('parquet', (spec) => {
  const { columns, parse, int64, compressors } = spec as ParquetSpec
  const recordOf = (row: unknown): unknown => {
    const plain = int64 === 'number' ? withNumbers(row as Record<string, unknown>) : (row as Record<string, unknown>)
    return parse === undefined ? plain : parse(plain)
  }
  return {
    ...((parse !== undefined || int64 === 'number') && { record: recordOf }),
    open: (path, position, wake) => new ParquetReader(path, { columns, compressors }, position, wake),
  }
})

/** Throws for what a number cannot hold exactly. */
function withNumbers(row: Record<string, unknown>): Record<string, unknown> {
  for (const name in row) if (typeof row[name] === 'bigint') row[name] = exactNumber(name, row[name])
  return row
}

function exactNumber(column: string, value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`${column} is ${value}, which no number holds exactly: leave int64 at 'bigint'`)
  return number
}
