import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { MillraceError } from '../errors.ts'
import { DATABASE_ROOM_BYTES } from '../limits.ts'

const PROBE_NAME = '.room'

/**
 * Finds out whether the disk has room for a database that is about to be made. LMDB maps files that have holes for memory: where the disk is full, its first touch of them ends the process.
 *
 * @throws MillraceError MR_STATE_DIR_INVALID with what the file system says
 */
export function checkRoom(path: string): void {
  const probe = join(path, PROBE_NAME)
  try {
    fill(probe)
  } catch (cause) {
    throw new MillraceError('MR_STATE_DIR_INVALID', `There is no room for a database in ${path}.`, { cause })
  }
}

function fill(probe: string): void {
  const fd = openSync(probe, 'w', 0o600)
  try {
    const bytes = Buffer.alloc(DATABASE_ROOM_BYTES)
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
  } finally {
    closeSync(fd)
    unlinkSync(probe)
  }
}
