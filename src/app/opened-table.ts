import { resolve } from 'node:path'
import type { TableRowKey } from '../graph/sinks.ts'
import { unpackRow } from '../state/tables/row-bytes.ts'
import { openTableReader, type TableReader } from '../storage/tables/table-reader.ts'

export interface TableRange {
  /** First key. Default: from the beginning. */
  readonly from?: TableRowKey
  /** The first key that is left out. Default: to the end. */
  readonly to?: TableRowKey
  /** Rows at most. Default: all. */
  readonly limit?: number
}

/** @internal */
export function openedTable<T>(path: string): OpenedTable<T> {
  return new OpenedTable<T>(openTableReader(resolve(path)))
}

/** A table of a sink, for reading. Each call sees what is committed when it is made. */
export class OpenedTable<T> {
  readonly #reader: TableReader

  /** @internal */
  constructor(reader: TableReader) {
    this.#reader = reader
  }

  /** What the rows are the result of: the newest checkpoint that has changed any, 0 before the first, and the name of its run's chain of checkpoints. */
  get committed(): { readonly checkpoint: number; readonly lineage: string } {
    const { checkpoint, lineage } = this.#reader.head()
    return { checkpoint, lineage }
  }

  get(key: TableRowKey): T | undefined {
    const bytes = this.#reader.get(partsOf(key))
    return bytes === undefined ? undefined : (unpackRow(bytes) as T)
  }

  /** Rows in the order of their keys: numbers, then texts; all of one moment, so that what the job commits meanwhile is not seen. */
  *rows({ from, to, limit }: TableRange = {}): Generator<readonly [key: TableRowKey, row: T]> {
    const range = { ...(from !== undefined && { from: partsOf(from) }), ...(to !== undefined && { to: partsOf(to) }), limit }
    for (const { key, bytes } of this.#reader.rows(range)) yield [key.length === 1 ? key[0]! : key, unpackRow(bytes) as T]
  }

  async close(): Promise<void> {
    await this.#reader.close()
  }
}

function partsOf(key: TableRowKey): readonly (string | number | boolean)[] {
  return typeof key === 'object' ? key : [key]
}
