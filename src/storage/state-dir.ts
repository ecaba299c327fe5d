/** The state directory: made, or checked, before anything is opened in it. */
import { accessSync, constants, lstatSync, realpathSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { join, resolve } from 'node:path'
import { makeDirectory } from '../core/make-directory.ts'
import { MillraceError } from '../errors.ts'

/** Folder of the checkpoints' LMDB environment within the state directory. */
export const CHECKPOINTS_FOLDER = 'checkpoints'

/**
 * Makes the directory (mode 0700, with its parents) unless it exists, and returns its real path.
 *
 * @throws MillraceError MR_STATE_DIR_INVALID if it is a link, no directory, or not writable
 */
export function prepareStateDir(dir: string): string {
  if (typeof dir !== 'string' || dir === '' || dir.includes('\0')) {
    throw new MillraceError('MR_STATE_DIR_INVALID', `stateDir=${JSON.stringify(dir)} is no path.`)
  }
  const path = resolve(dir)
  prepare(path)
  prepare(join(path, CHECKPOINTS_FOLDER))
  return realpathSync(path)
}

/**
 * The real path of a directory of state that is there.
 *
 * @param what for the error's text
 * @throws MillraceError MR_STATE_MISSING
 */
export function existingStateDir(dir: string, what: 'state directory' | 'savepoint' = 'state directory'): string {
  try {
    return realpathSync(dir)
  } catch (cause) {
    throw new MillraceError('MR_STATE_MISSING', `There is no ${what} ${dir}`, { cause })
  }
}

function prepare(path: string): void {
  const found = lookAt(path)
  if (!found) {
    try {
      makeDirectory(path, 0o700)
      return
    } catch (cause) {
      throw new MillraceError('MR_STATE_DIR_INVALID', `${path} cannot be created.`, { cause })
    }
  }
  if (found.isSymbolicLink()) throw new MillraceError('MR_STATE_DIR_INVALID', `${path} is a link. Give the directory itself.`)
  if (!found.isDirectory()) throw new MillraceError('MR_STATE_DIR_INVALID', `${path} is not a directory.`)
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new MillraceError('MR_STATE_DIR_INVALID', `${path} is not writable.`, { cause })
  }
}

function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new MillraceError('MR_STATE_DIR_INVALID', `${path} cannot be read.`, { cause })
  }
}
