import { join } from 'node:path'
import { describeError } from '../../core/failure.ts'
import { MillraceError } from '../../errors.ts'
import { CommittedTable, type TableEntries } from '../../state/tables/committed-table.ts'
import type { TableKey } from '../../state/tables/table-store.ts'
import { SameFile } from '../same-file.ts'
import { type StorageHandshake, beginWriting, endWriting, undisturbed } from '../handshake.ts'
import { type TableEnvironment, lmdbKey, openTableEnvironment } from './table-environment.ts'
import type { TableAnswer, TableMessage } from './table-protocol.ts'

interface OpenTable {
  readonly environment: TableEnvironment
  readonly table: CommittedTable
}

/** Tables of a run's sinks on the storage thread, which alone writes them. */
export class SinkTables {
  readonly #handshake: StorageHandshake
  readonly #oldestKept: () => number
  readonly #open = new Map<string, OpenTable>()
  #attempt = 0

  /** @param oldestKept the oldest checkpoint that a run could still go back to */
  constructor(handshake: StorageHandshake, oldestKept: () => number) {
    this.#handshake = handshake
    this.#oldestKept = oldestKept
  }

  /** Null for what an older attempt had to say. */
  serve(message: TableMessage): TableAnswer | null {
    if (message.attempt < this.#attempt) return null
    this.#attempt = message.attempt
    const { request } = message
    try {
      undisturbed(this.#handshake, () => this.#carryOut(message))
      return { type: 'table-done', request, failure: null }
    } catch (error) {
      return { type: 'table-done', request, failure: describeError(asSinkError(error, message.path), { kind: 'storage' }) }
    }
  }

  close(): void {
    if (!beginWriting(this.#handshake)) return
    try {
      for (const { environment } of this.#open.values()) void environment.close()
      this.#open.clear()
    } finally {
      endWriting(this.#handshake)
    }
  }

  #carryOut(message: TableMessage): void {
    const { table, environment } = this.#tableOf(message.path)
    // What was read before may be old.
    environment.resetReadTxn()
    if (message.type === 'table-begin') table.begin(message.lineage, message.from)
    else table.commit(message.lineage, message.transaction, this.#oldestKept())
  }

  #tableOf(path: string): OpenTable {
    let open = this.#open.get(path)
    if (open === undefined) {
      const environment = openTableEnvironment(path, 'read-write')
      open = { environment, table: new CommittedTable(entriesOf(environment, new SameFile(join(path, 'data.mdb'))), path) }
      this.#open.set(path, open)
    }
    return open
  }
}

function entriesOf(environment: TableEnvironment, file: SameFile): TableEntries {
  return {
    get: (key) => environment.getBinary(lmdbKey(key)),
    put: (key, value) => environment.putSync(lmdbKey(key), value),
    remove: (key) => void environment.removeSync(lmdbKey(key)),
    numbered: (name) => [...environment.getKeys({ start: [name, 0], end: [name, Infinity] })].map(([, n]) => n as number),
    transact: (work) => {
      environment.transactionSync(work)
      file.check('MR_SINK_FAILED')
    },
  } satisfies { [N in keyof TableEntries]: (...args: never[]) => unknown } & { get(key: TableKey): Uint8Array | undefined }
}

function asSinkError(cause: unknown, path: string): unknown {
  if (cause instanceof MillraceError) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  return new MillraceError('MR_SINK_FAILED', `The table in ${path} could not be written: ${why}`, { cause })
}
