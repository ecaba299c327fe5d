import { mkdirSync } from 'node:fs'
import { open } from '../lmdb/open.ts'
import type { RootDatabase, Transaction } from 'lmdb'
import { checkRoom } from '../disk-room.ts'

/** A key in the bytes where it lies: the number of its table stands before it. */
export interface KeyPlace {
  table: number
  bytes: Uint8Array
  start: number
  end: number
}

/** Rows as they were when the transaction began. */
export interface RowTime {
  readonly transaction: Transaction
}

/** What is used of LMDB. Keys are bytes: where they lie, or as text in latin1. Its types know no keys with an encoder of their own. */
export interface WorkingEnvironment extends Pick<RootDatabase<Buffer, string>, 'transactionSync' | 'useReadTransaction' | 'close'> {
  getBinaryFast(key: string | KeyPlace, at?: RowTime): Buffer | undefined
  putSync(key: string | KeyPlace, value: Uint8Array): void
  removeSync(key: string | KeyPlace): void
  getRange(range: {
    readonly start: string
    readonly end: string
    readonly transaction: Transaction
  }): ReturnType<RootDatabase<Buffer, Buffer>['getRange']>
}

const TABLE_BYTES = 4

const keyEncoder = {
  /** Returns where the key ends. */
  writeKey(key: string | KeyPlace, target: Uint8Array, to: number): number {
    if (typeof key === 'string') {
      if (to + key.length > target.length) throw new RangeError('no room for the key')
      return to + Buffer.prototype.latin1Write.call(target, key, to)
    }
    const { table, bytes, start, end } = key
    if (to + TABLE_BYTES + end - start > target.length) throw new RangeError('no room for the key')
    target[to] = table >>> 24
    target[to + 1] = table >>> 16
    target[to + 2] = table >>> 8
    target[to + 3] = table
    let at = to + TABLE_BYTES
    for (let i = start; i < end; i++) target[at++] = bytes[i]!
    return at
  },
  /** Without its table: who reads a range knows it. */
  readKey(source: Uint8Array, start: number, end: number): Buffer {
    return Uint8Array.prototype.slice.call(source, start + TABLE_BYTES, end) as Buffer
  },
}

/** A new database in a folder of its own. Nothing in it outlives the process, so the disk is not waited for. */
export function openWorkingEnvironment(path: string): WorkingEnvironment {
  mkdirSync(path, { recursive: true })
  checkRoom(path)
  const options = {
    path,
    noSubdir: false,
    encoding: 'binary',
    keyEncoder,
    overlappingSync: false,
    noSync: true,
    noMemInit: true,
    permissionsMode: 0o600,
    maxDbs: 1,
    maxReaders: 64,
  } as const
  return open<Buffer, string>(options) as unknown as WorkingEnvironment
}
