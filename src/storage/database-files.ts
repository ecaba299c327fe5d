/**
 * Looks at LMDB's files before LMDB does: opening a file that is none of its own ends the process with a segmentation fault instead
 * of an error, and reading beyond the end of a truncated one with a bus error.
 *
 * ```
 *  data.mdb, page 0 or 1 (64-bit, little-endian; from mdb.c, struct MDB_page_header and MDB_meta)
 *   18 u16 page flags (8 = meta)    24 u32 magic    28 u32 version (low 16 bits)
 *   48 u32 page size               144 u64 last page number    152 u64 transaction
 *   88 u64 root of the tree of free pages                      136 u64 root of what is stored
 * ```
 */
import { accessSync, closeSync, constants, fstatSync, ftruncateSync, lstatSync, openSync, readSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { endianness } from 'node:os'
import { join } from 'node:path'
import { MillraceError } from '../errors.ts'
import { pagesInUse } from './database-pages.ts'
import { checkRoom } from './disk-room.ts'

const META_BYTES = 168
const META_FLAG = 8
const MAGIC = 0xbeefc0de
const DATA_VERSION = 2
/** Where pages are larger, such a file is refused. */
const NEW_PAGE_BYTES = 4096
/** Both metas, and the page of the first transaction. */
const NEW_BYTES_MAX = 3 * NEW_PAGE_BYTES

interface Meta {
  readonly pageBytes: number
  readonly lastPage: number
  readonly transaction: bigint
  readonly roots: readonly bigint[]
}

export type Access = 'read-only' | 'read-write'
/** Whether all pages of the trees are looked at, or only where the file is too short: those of large values are not part of them. */
export type Trees = 'checked' | 'trusted'

/**
 * @param path folder of the LMDB environment
 * @returns whether it is new
 * @throws MillraceError MR_STATE_MISSING if a file is not there (read-only); MR_STATE_DIR_INVALID if one is a link, no file, or cannot be opened; MR_STATE_CORRUPT
 * if it is not LMDB's, or was cut off; MR_STATE_INCOMPATIBLE if it has another version
 */
export function checkDatabaseFiles(path: string, access: Access, trees: Trees): boolean {
  let isNew = false
  for (const name of ['lock.mdb', 'data.mdb']) {
    const file = join(path, name)
    const found = lookAt(file)
    if (found && !found.isFile()) throw new MillraceError('MR_STATE_DIR_INVALID', `${file} is not a plain file.`)
    const hasContent = found !== undefined && found.size > 0
    isNew ||= !hasContent
    if (hasContent && name === 'data.mdb') isNew = !checkData(file, access, trees) || isNew
    else if (found) checkAccess(file)
    else if (access === 'read-only') throw new MillraceError('MR_STATE_MISSING', `There is no checkpoint store: ${file} is missing.`)
  }
  if (isNew && access === 'read-write') checkRoom(path)
  return isNew
}

function lookAt(file: string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false })
  } catch (cause) {
    throw new MillraceError('MR_STATE_DIR_INVALID', `${file} cannot be looked at.`, { cause })
  }
}

/** False for one that is to be begun anew. */
function checkData(file: string, access: Access, trees: Trees): boolean {
  const fd = openFile(file, access)
  try {
    if (endianness() === 'BE' || process.arch === 'ia32' || process.arch === 'arm') return true
    const isUnborn = access === 'read-write' && wasNeverCommitted(fd)
    if (isUnborn) ftruncateSync(fd, 0)
    else checkMetas(fd, file, access, trees)
    return !isUnborn
  } finally {
    closeSync(fd)
  }
}

function checkMetas(fd: number, file: string, access: Access, trees: Trees): void {
  const newest = readNewest(fd, file)
  const wantedBytes = (newest.lastPage + 1) * newest.pageBytes
  if (!Number.isSafeInteger(wantedBytes)) throw damaged(file)
  const isShort = fstatSync(fd).size < wantedBytes
  if (!isShort && trees === 'trusted') return
  // A file may end before its last page if that page is free.
  const { endBytes, isBroken } = pagesInUse({ fd, ...newest })
  const foundBytes = fstatSync(fd).size
  if (isBroken || (access === 'read-only' && foundBytes < endBytes)) {
    // Somebody writes, and has used pages again that were looked at.
    if (readNewest(fd, file).transaction !== newest.transaction) return checkMetas(fd, file, access, trees)
    throw isShort ? cutOff(file, foundBytes, wantedBytes) : damaged(file)
  }
  // Filled up with a hole, no read can leave the file: what lay there fails its checksum.
  if (isShort && access === 'read-write') ftruncateSync(fd, wantedBytes)
}

/**
 * Power was lost while the file was being made: until the first transaction is on disk, any part of its first pages may be missing. Whatever holds a checkpoint
 * has more pages, and both metas.
 */
function wasNeverCommitted(fd: number): boolean {
  const begin = Buffer.alloc(NEW_BYTES_MAX + 1)
  const bytes = readSync(fd, begin, 0, begin.length, 0)
  return bytes <= NEW_BYTES_MAX && [0, NEW_PAGE_BYTES].every((at) => isUnused(begin.subarray(at, Math.min(at + META_BYTES, bytes))))
}

/** Not written yet, or of no transaction. */
function isUnused(meta: Buffer): boolean {
  return (
    meta.every((byte) => byte === 0) || (meta.length === META_BYTES && meta.readUInt32LE(24) === MAGIC && meta.readBigUInt64LE(152) === 0n)
  )
}

function readNewest(fd: number, file: string): Meta {
  const first = readMeta(fd, file, 0)
  const second = readMeta(fd, file, first.pageBytes)
  return second.transaction > first.transaction ? second : first
}

function readMeta(fd: number, file: string, position: number): Meta {
  const page = Buffer.alloc(META_BYTES)
  if (readSync(fd, page, 0, META_BYTES, position) < META_BYTES) throw damaged(file)
  if (!(page.readUInt16LE(18) & META_FLAG) || page.readUInt32LE(24) !== MAGIC) throw damaged(file)
  const version = page.readUInt16LE(28)
  if (version !== DATA_VERSION) {
    throw new MillraceError('MR_STATE_INCOMPATIBLE', `${file} has data version ${version}, but LMDB here uses ${DATA_VERSION}.`)
  }
  const pageBytes = page.readUInt32LE(48)
  if (pageBytes < 256 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0) throw damaged(file)
  return {
    pageBytes,
    lastPage: Number(page.readBigUInt64LE(144)),
    transaction: page.readBigUInt64LE(152),
    roots: [page.readBigUInt64LE(88), page.readBigUInt64LE(136)],
  }
}

/** Opening and closing the lock file would release the record locks that LMDB holds on it in this process. */
function checkAccess(file: string): void {
  try {
    accessSync(file, constants.R_OK | constants.W_OK)
  } catch (cause) {
    throw new MillraceError('MR_STATE_DIR_INVALID', `${file} is not writable.`, { cause })
  }
}

function openFile(file: string, access: Access): number {
  try {
    return openSync(file, access === 'read-only' ? 'r' : 'r+')
  } catch (cause) {
    throw new MillraceError('MR_STATE_DIR_INVALID', `${file} cannot be opened.`, { cause })
  }
}

const damaged = (file: string) => new MillraceError('MR_STATE_CORRUPT', `${file} is damaged, or was not written by millrace.`)

const cutOff = (file: string, foundBytes: number, wantedBytes: number) =>
  new MillraceError(
    'MR_STATE_CORRUPT',
    `${file} was cut off: it has ${foundBytes} of ${wantedBytes} bytes. Put a whole copy in its place, or remove its folder to begin anew.`,
  )
