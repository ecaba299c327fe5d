import { MillraceError } from '../../errors.ts'
import { HEAD_KEY, decodeHead, rowKey } from '../../state/tables/committed-table.ts'
import type { TableHead, TableKey } from '../../state/tables/table-store.ts'
import { type TableEnvironment, lmdbKey, openTableEnvironment } from './table-environment.ts'

export interface StoredRow {
  readonly key: TableKey
  /** A copy. */
  readonly bytes: Uint8Array
}

/** After all keys that begin with 'row'. */
const AFTER_ROWS: TableKey = ['s']

/** @throws MillraceError MR_PATH_UNUSABLE, MR_STATE_INCOMPATIBLE */
export function openTableReader(path: string): TableReader {
  const reader = new TableReader(openTableEnvironment(path, 'read-only'), path)
  try {
    reader.head()
    return reader
  } catch (error) {
    void reader.close()
    throw error
  }
}

/** Reads a table while the storage thread of some process writes it. */
export class TableReader {
  readonly #environment: TableEnvironment
  readonly #path: string

  constructor(environment: TableEnvironment, path: string) {
    this.#environment = environment
    this.#path = path
  }

  /** @throws MillraceError MR_PATH_UNUSABLE, MR_STATE_INCOMPATIBLE */
  head(): TableHead {
    const head = decodeHead(this.#fresh().getBinary(lmdbKey(HEAD_KEY)), this.#path)
    this.#environment.resetReadTxn()
    if (head === null) throw new MillraceError('MR_PATH_UNUSABLE', `There is no table in ${this.#path}`)
    return head
  }

  get(key: TableKey): Uint8Array | undefined {
    const bytes = this.#fresh().getBinary(lmdbKey(rowKey(key)))
    // A snapshot that is kept would keep the writer from using pages again.
    this.#environment.resetReadTxn()
    return bytes
  }

  *rows({ from, to, limit }: { from?: TableKey; to?: TableKey; limit?: number | undefined }): Generator<StoredRow> {
    const transaction = this.#fresh().useReadTransaction()
    try {
      const start = lmdbKey(rowKey(from ?? []))
      const end = lmdbKey(to === undefined ? AFTER_ROWS : rowKey(to))
      const range = this.#environment.getRange({ start, end, transaction, ...(limit !== undefined && { limit }) })
      for (const { key, value } of range) yield { key: key.slice(1), bytes: new Uint8Array(value) }
    } finally {
      transaction.done()
    }
  }

  async close(): Promise<void> {
    await this.#environment.close()
  }

  #fresh(): TableEnvironment {
    this.#environment.resetReadTxn()
    return this.#environment
  }
}
