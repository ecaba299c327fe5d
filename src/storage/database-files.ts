/**
 * Looks at LMDB's files before LMDB does: opening a file that is none of its own ends the process with a segmentation fault instead
 * of an error, and reading beyond the end of a truncated one with a bus error.
 *
 * ```
 *  data.mdb, page 0 or 1 (64-bit, little-endian; from mdb.c, struct MDB_page_header and MDB_meta)
 *   18 u16 page flags (8 = meta)    24 u32 magic    28 u32 version (low 16 bits)
 *   48 u32 page size               144 u64 last page number    152 u64 transaction
 * ```
 */
import { accessSync, closeSync, constants, fstatSync, ftruncateSync, lstatSync, openSync, readSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { endianness } from 'node:os'
import { join } from 'node:path'
import { MillraceError } from '../errors.ts'
import { checkRoom } from './disk-room.ts'

const META_BYTES = 168
const META_FLAG = 8
const MAGIC = 0xbeefc0de
const DATA_VERSION = 2

export type Access = 'read-only' | 'read-write'

/**
 * @param path folder of the LMDB environment
 * @throws MillraceError MR_STATE_DIR_INVALID if a file is a link, no file, missing (read-only), or cannot be opened; MR_STATE_CORRUPT
 * if it is not LMDB's; MR_STATE_INCOMPATIBLE if it has another version
 */
export function checkDatabaseFiles(path: string, access: Access): void {
  let isWhole = true
  for (const name of ['lock.mdb', 'data.mdb']) {
    const file = join(path, name)
    const found = lookAt(file)
    isWhole &&= found !== undefined && found.size > 0
    if (found && !found.isFile()) throw new MillraceError('MR_STATE_DIR_INVALID', `${file} is not a plain file.`)
    if (found && name === 'data.mdb' && found.size > 0) checkData(file, access)
    else if (found) checkAccess(file)
    else if (access === 'read-only') throw new MillraceError('MR_STATE_DIR_INVALID', `There is no checkpoint store: ${file} is missing.`)
  }
  if (!isWhole && access === 'read-write') checkRoom(path)
}

function lookAt(file: string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false })
  } catch (cause) {
    throw new MillraceError('MR_STATE_DIR_INVALID', `${file} cannot be looked at.`, { cause })
  }
}

function checkData(file: string, access: Access): void {
  const fd = openFile(file, access)
  try {
    if (endianness() === 'LE' && process.arch !== 'ia32' && process.arch !== 'arm') checkMetas(fd, file, access)
  } finally {
    closeSync(fd)
  }
}

function checkMetas(fd: number, file: string, access: Access): void {
  const first = readMeta(fd, file, 0)
  const second = readMeta(fd, file, first.pageBytes)
  const newest = second.transaction > first.transaction ? second : first
  const wantedBytes = (newest.lastPage + 1) * newest.pageBytes
  if (!Number.isSafeInteger(wantedBytes)) throw damaged(file)
  // A file may end before its last page if that page is free. Filled up with a hole, no read can leave the file.
  if (access === 'read-write' && fstatSync(fd).size < wantedBytes) ftruncateSync(fd, wantedBytes)
}

function readMeta(fd: number, file: string, position: number) {
  const page = Buffer.alloc(META_BYTES)
  if (readSync(fd, page, 0, META_BYTES, position) < META_BYTES) throw damaged(file)
  if (!(page.readUInt16LE(18) & META_FLAG) || page.readUInt32LE(24) !== MAGIC) throw damaged(file)
  const version = page.readUInt16LE(28)
  if (version !== DATA_VERSION) {
    throw new MillraceError('MR_STATE_INCOMPATIBLE', `${file} has data version ${version}, but LMDB here uses ${DATA_VERSION}.`)
  }
  const pageBytes = page.readUInt32LE(48)
  if (pageBytes < 256 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0) throw damaged(file)
  return { pageBytes, lastPage: Number(page.readBigUInt64LE(144)), transaction: page.readBigUInt64LE(152) }
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
