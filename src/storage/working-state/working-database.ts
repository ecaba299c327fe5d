/**
 * The database for working state: rows of state that does not fit into memory, for the time of one attempt. It is scratch (what is to survive is in the
 * checkpoints), so nothing is synced, and what an earlier process left is removed. Storage thread only.
 *
 * Rows that are written wait in memory until there are many: sorted, they share pages, and each page is written once. What was dropped from a cache a moment
 * ago is often asked for again, and is found there, too.
 */
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { MillraceError } from '../../errors.ts'
import { WORKING_KEY_BYTES_MAX, WORKING_ROWS_WAITING_MAX, WORKING_WAITING_BYTES_MAX } from '../../limits.ts'
import { answered, forEachWritten } from '../../state/working/memory-rows.ts'
import type { WorkingRow } from '../../state/working/working-chunks.ts'
import { type WorkingEnvironment, openWorkingEnvironment } from './working-environment.ts'

/** What stands before the keys of a table. */
function prefixOf(table: number): string {
  return String.fromCharCode((table >>> 24) & 255, (table >>> 16) & 255, (table >>> 8) & 255, table & 255)
}

/** Rows of a time, which goes on when others are written. */
export interface RowsAtATime {
  rows(table: number): Iterable<WorkingRow>
  done(): void
}

/** The rows of one attempt. Closed once nobody reads it any more. */
interface OpenDatabase {
  readonly environment: WorkingEnvironment
  readonly path: string
  readers: number
  dropped: boolean
}

export class WorkingDatabase {
  readonly #folder: string
  /** Opened by the first row. */
  #open: OpenDatabase | null = null
  #opened = 0
  /** Rows that are not written yet, by prefix and key in latin1; null: to be removed. */
  readonly #waiting = new Map<string, Buffer | null>()
  #waitingBytes = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @throws MillraceError MR_WORKING_STATE_FAILED */
  write(table: number, bytes: Uint8Array): void {
    const prefix = prefixOf(table)
    forEachWritten(bytes, (key, value) => {
      this.#waiting.set(prefix + key.toString('latin1'), value)
      this.#waitingBytes += key.length + (value?.length ?? 0)
    })
    if (this.#waiting.size > WORKING_ROWS_WAITING_MAX || this.#waitingBytes > WORKING_WAITING_BYTES_MAX) this.#flush()
  }

  /** @throws MillraceError MR_WORKING_STATE_FAILED */
  answer(table: number, question: Uint8Array): Uint8Array {
    const prefix = prefixOf(table)
    return guarded('read', () =>
      answered(question, (key) => {
        const name = prefix + key.toString('latin1')
        const waiting = this.#waiting.get(name)
        if (waiting !== undefined) return waiting ?? undefined
        return this.#open === null ? undefined : stored(this.#open.environment, name)
      }),
    )
  }

  /** @throws MillraceError MR_WORKING_STATE_FAILED */
  freeze(): RowsAtATime {
    this.#flush()
    const open = this.#open
    if (open === null) return { rows: () => [], done: () => {} }
    const transaction = open.environment.useReadTransaction()
    open.readers++
    return {
      rows: (table) => {
        const range = open.environment.getRange({ start: prefixOf(table), end: prefixOf(table + 1), transaction })
        return range.map(({ key, value }) => rowOf(key, Buffer.from(value.buffer, value.byteOffset, value.length)))
      },
      done: () => {
        transaction.done()
        open.readers--
        if (open.dropped) closeUnread(open)
      },
    }
  }

  /** Drops all rows. */
  clear(): void {
    this.#waiting.clear()
    this.#waitingBytes = 0
    if (this.#open === null) return
    this.#open.dropped = true
    closeUnread(this.#open)
    this.#open = null
  }

  close(): void {
    this.clear()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #flush(): void {
    if (this.#waiting.size === 0) return
    guarded('written', () => {
      this.#open ??= this.#openNew()
      const { environment } = this.#open
      const names = [...this.#waiting.keys()].sort()
      environment.transactionSync(() => {
        for (const name of names) {
          const value = this.#waiting.get(name)!
          if (value === null) environment.removeSync(storedName(name))
          else environment.putSync(storedName(name), name.length <= WORKING_KEY_BYTES_MAX ? value : withName(name, value))
        }
      })
    })
    this.#waiting.clear()
    this.#waitingBytes = 0
  }

  #openNew(): OpenDatabase {
    const path = join(this.#folder, String(++this.#opened))
    return { environment: openWorkingEnvironment(path), path, readers: 0, dropped: false }
  }
}

function closeUnread({ environment, path, readers }: OpenDatabase): void {
  if (readers > 0) return
  void environment.close()
  rmSync(path, { recursive: true, force: true })
}

function stored(environment: WorkingEnvironment, name: string): Uint8Array | undefined {
  const bytes = environment.getBinaryFast(storedName(name))
  // It is a view of memory that all answers share, longer than it says.
  if (bytes === undefined) return undefined
  return bytes.subarray(name.length <= WORKING_KEY_BYTES_MAX ? 0 : 4 + bytes.readUInt32BE(0), bytes.length)
}

/** LMDB bounds its keys: a longer one is stored under its hash, where it belongs in the order of tables and key groups, and stands before its value. */
function storedName(name: string): string {
  if (name.length <= WORKING_KEY_BYTES_MAX) return name
  return name.slice(0, 6) + '\xff' + createHash('sha256').update(name, 'latin1').digest().toString('latin1')
}

function withName(name: string, value: Buffer): Buffer {
  const key = Buffer.from(name, 'latin1')
  const head = Buffer.alloc(4)
  head.writeUInt32BE(key.length)
  return Buffer.concat([head, key, value])
}

function rowOf(stored: string, value: Buffer): WorkingRow {
  if (stored[6] !== '\xff') return { key: Buffer.from(stored.slice(4), 'latin1'), value }
  const end = 4 + value.readUInt32BE(0)
  return { key: value.subarray(8, end), value: value.subarray(end) }
}

function guarded<T>(what: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new MillraceError('MR_WORKING_STATE_FAILED', `State that lies on disk could not be ${what}: ${why}`, { cause })
  }
}
