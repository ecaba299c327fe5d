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
import { WORKING_KEY_BYTES_MAX, WORKING_WAITING_BYTES_MAX } from '../../limits.ts'
import { NO_VALUE, RowWriter } from '../../state/working/row-writer.ts'
import { WHOLE_CUT, WorkingChanges } from '../../state/working/working-changes.ts'
import type { FrozenRows, WorkingRow } from '../../state/working/working-chunks.ts'
import { RowFilter } from './row-filter.ts'
import { WaitingRows, hashOf } from './waiting-rows.ts'
import { type KeyPlace, type RowTime, type WorkingEnvironment, openWorkingEnvironment } from './working-environment.ts'

/** What stands before the keys of a table. */
function prefixOf(table: number): string {
  return String.fromCharCode((table >>> 24) & 255, (table >>> 16) & 255, (table >>> 8) & 255, table & 255)
}

/** Stands in the name of a long key where others have their kind. */
const LONG_KEY = 0xff

/** Rows of a time, which goes on when others are written. */
export interface FrozenTables {
  table(table: number): FrozenRows
  done(): void
}

/** Where the key of a row lies. */
type RowPlace = KeyPlace & { readonly bytes: Buffer }

/** The rows of one attempt. Closed once nobody reads it any more. */
interface OpenDatabase {
  readonly environment: WorkingEnvironment
  readonly path: string
  /** By table: which keys have no row. */
  readonly filters: Map<number, RowFilter>
  /** By table: what of it was written since a checkpoint. */
  readonly changes: Map<number, WorkingChanges>
  readers: number
  dropped: boolean
}

export class WorkingDatabase {
  readonly #folder: string
  /** Opened by the first row. */
  #open: OpenDatabase | null = null
  #opened = 0
  /** By table: what is not in the database yet. */
  readonly #waiting = new Map<number, WaitingRows>()
  readonly #answer = new RowWriter()
  /** Of the row at hand. */
  readonly #place: KeyPlace = { table: 0, bytes: new Uint8Array(0), start: 0, end: 0 }

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @throws MillraceError MR_WORKING_STATE_FAILED */
  write(table: number, rows: Uint8Array): void {
    let waiting = this.#waiting.get(table)
    if (waiting === undefined) this.#waiting.set(table, (waiting = new WaitingRows()))
    const roomLeft = waiting.add(rows)
    if (!roomLeft || this.#waitingBytes() > WORKING_WAITING_BYTES_MAX) this.#flush()
  }

  /** @throws MillraceError MR_WORKING_STATE_FAILED */
  answer(table: number, question: Uint8Array): Uint8Array {
    const keys = Buffer.from(question.buffer, question.byteOffset, question.length)
    const waiting = this.#waiting.get(table)
    const filter = this.#open?.filters.get(table)
    return guarded('read', () => {
      for (let at = 0; at < keys.length;) {
        const start = at + 4
        at = start + keys.readUInt32BE(at)
        const hash = hashOf(keys, start, at)
        const entry = waiting?.find(keys, start, at, hash) ?? -1
        const value = entry !== -1 ? waiting!.value(entry) : filter?.mayHave(hash) ? this.#stored(table, keys, start, at) : undefined
        this.#answer.u32(value?.length ?? NO_VALUE)
        if (value) this.#answer.bytes(value)
      }
      return this.#answer.take()
    })
  }

  /**
   * Removes rows that are still what they were.
   *
   * @throws MillraceError MR_WORKING_STATE_FAILED
   */
  removeUnchanged(table: number, rows: readonly WorkingRow[]): void {
    const removed = new RowWriter()
    const waiting = this.#waiting.get(table)
    guarded('read', () => {
      for (const { key, value } of rows) {
        const entry = waiting?.find(key, 0, key.length) ?? -1
        const now = entry === -1 ? this.#stored(table, key, 0, key.length) : waiting!.value(entry)
        if (!now || value.compare(now) !== 0) continue
        removed.u32(key.length)
        removed.bytes(key)
        removed.u32(NO_VALUE)
      }
    })
    if (removed.length > 0) this.write(table, removed.take())
  }

  /** @throws MillraceError MR_WORKING_STATE_FAILED */
  freeze(): FrozenTables {
    this.#flush()
    const open = this.#open
    if (open === null) return { table: () => ({ rows: () => [], value: () => undefined, cut: () => WHOLE_CUT }), done: () => {} }
    const transaction = open.environment.useReadTransaction()
    open.readers++
    return {
      table: (table) => ({
        rows: (group) => {
          const range = { start: prefixOf(table) + groupText(group), end: prefixOf(table) + groupText(group + 1), transaction }
          return open.environment.getRange(range).map(({ key, value }) => rowOf(key, value))
        },
        value: (key) => this.#valueIn(open.environment, { table, bytes: key, start: 0, end: key.length }, { transaction }),
        cut: (checkpoint, keyGroups) => ofTable(open.changes, table, WorkingChanges).cut(checkpoint, keyGroups),
      }),
      done: () => {
        transaction.done()
        open.readers--
        if (open.dropped) closeUnread(open)
      },
    }
  }

  completed(checkpoint: number): void {
    for (const changes of this.#open?.changes.values() ?? []) changes.completed(checkpoint)
  }

  /** Drops all rows. */
  clear(): void {
    this.#waiting.clear()
    if (this.#open === null) return
    this.#open.dropped = true
    closeUnread(this.#open)
    this.#open = null
  }

  close(): void {
    this.clear()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #waitingBytes(): number {
    let bytes = 0
    for (const rows of this.#waiting.values()) bytes += rows.bytes
    return bytes
  }

  #stored(table: number, bytes: Buffer, start: number, end: number): Buffer | undefined {
    return this.#open === null ? undefined : this.#valueIn(this.#open.environment, { table, bytes, start, end })
  }

  #valueIn(environment: WorkingEnvironment, { table, bytes, start, end }: RowPlace, at?: RowTime): Buffer | undefined {
    const isLong = end - start > WORKING_KEY_BYTES_MAX
    // It is a view of memory that all answers share, longer than it says.
    const value = environment.getBinaryFast(this.#nameOf(table, bytes, start, end), at)
    return value?.subarray(isLong ? 4 + value.readUInt32BE(0) : 0, value.length)
  }

  #flush(): void {
    if (this.#waitingBytes() === 0) return
    guarded('written', () => {
      this.#open ??= this.#openNew()
      const { environment, filters, changes } = this.#open
      environment.transactionSync(() => {
        for (const [table, rows] of this.#waiting) {
          const filter = ofTable(filters, table, RowFilter)
          const changed = changes.get(table)
          rows.sorted((bytes, start, end, entry) => {
            filter.add(rows.hashAt(entry))
            changed?.note(bytes, start, end)
            const name = this.#nameOf(table, bytes, start, end)
            const value = rows.value(entry)
            if (value === null) environment.removeSync(name)
            else environment.putSync(name, typeof name === 'string' ? withKey(bytes.subarray(start, end), value) : value)
          })
        }
      })
    })
    for (const rows of this.#waiting.values()) rows.clear()
  }

  /** LMDB bounds its keys: a longer one is stored under its hash, where it belongs in the order of tables and key groups, and stands before its value. */
  #nameOf(table: number, bytes: Buffer, start: number, end: number): KeyPlace | string {
    if (end - start > WORKING_KEY_BYTES_MAX) {
      const hash = createHash('sha256').update(bytes.subarray(start, end)).digest().toString('latin1')
      return `${prefixOf(table)}${bytes.toString('latin1', start, start + 2)}${String.fromCharCode(LONG_KEY)}${hash}`
    }
    const place = this.#place
    place.table = table
    place.bytes = bytes
    place.start = start
    place.end = end
    return place
  }

  #openNew(): OpenDatabase {
    const path = join(this.#folder, String(++this.#opened))
    return { environment: openWorkingEnvironment(path), path, filters: new Map(), changes: new Map(), readers: 0, dropped: false }
  }
}

function closeUnread({ environment, path, readers }: OpenDatabase): void {
  if (readers > 0) return
  void environment.close()
  rmSync(path, { recursive: true, force: true })
}

function ofTable<T>(all: Map<number, T>, table: number, New: new () => T): T {
  return all.get(table) ?? all.set(table, new New()).get(table)!
}

/** What stands between the number of a table and the rest of a key. */
function groupText(group: number): string {
  return String.fromCharCode(group >>> 8, group & 255)
}

function withKey(key: Buffer, value: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(key.length)
  return Buffer.concat([head, key, value])
}

/** @param key without its table */
function rowOf(key: Buffer, value: Buffer): WorkingRow {
  if (key[2] !== LONG_KEY) return { key, value }
  const end = 4 + value.readUInt32BE(0)
  return { key: value.subarray(4, end), value: value.subarray(end) }
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
