import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MillraceError } from '../errors.ts'
import type { Environment } from './environment.ts'
import { CHECKPOINTS_FOLDER } from './state-dir.ts'
import { syncDirectory, syncPath } from './sync-path.ts'

/** Where the copy is made, within the state directory. */
const COPY_FOLDER = 'checkpoints.new'

/**
 * Closes a database and puts a compact copy in its place: what was removed or replaced lies in free pages of the file until they are used again, and in no page of the
 * copy. Whoever reads the old file goes on to do so, with its lock file: so the copy gets a new one.
 *
 * @throws MillraceError MR_STATE_DIR_INVALID; the database is as it was then, and closed
 */
export async function replaceDatabase(environment: Environment, dir: string): Promise<void> {
  const [folder, copy] = [join(dir, CHECKPOINTS_FOLDER), join(dir, COPY_FOLDER)]
  try {
    rmSync(copy, { recursive: true, force: true })
    mkdirSync(copy, { mode: 0o700 })
    await environment.backup(copy, true)
    writeFileSync(join(copy, 'lock.mdb'), '', { mode: 0o600 })
    chmodSync(join(copy, 'data.mdb'), 0o600)
    syncPath(join(copy, 'data.mdb'))
  } catch (cause) {
    rmSync(copy, { recursive: true, force: true })
    await environment.close()
    throw new MillraceError('MR_STATE_DIR_INVALID', `The database in ${dir} cannot be written anew.`, { cause })
  }
  await environment.close()
  // An old database with a new lock file is a database, too.
  for (const name of ['lock.mdb', 'data.mdb']) renameSync(join(copy, name), join(folder, name))
  syncDirectory(folder, 1)
  rmSync(copy, { recursive: true, force: true })
}
