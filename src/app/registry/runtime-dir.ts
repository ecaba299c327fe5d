import { lstatSync, mkdirSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { MillraceError } from '../../errors.ts'

/** Another folder than the usual one: for tests, and for users without a place of their own. */
const DIR_VARIABLE = 'MILLRACE_RUNTIME_DIR'

/**
 * The folder in which runs of this user are found: `$MILLRACE_RUNTIME_DIR`, or `millrace` in `$XDG_RUNTIME_DIR`, or a folder of the user's own among temporary files.
 * Nothing is made or looked at.
 */
export function runtimeDir(): string {
  const { [DIR_VARIABLE]: chosen, XDG_RUNTIME_DIR: system } = process.env
  if (chosen !== undefined && chosen !== '') return resolve(chosen)
  if (system !== undefined && system !== '') return join(system, 'millrace')
  return join(tmpdir(), `millrace-runs-${userName()}`)
}

/**
 * Makes the folder, which nobody but this user may enter, unless it is there.
 *
 * @throws MillraceError MR_COMMANDS_UNAVAILABLE when it is somebody else's, or open to others: whoever can write there could pose as a run
 */
export function ownRuntimeDir(): string {
  const dir = runtimeDir()
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new MillraceError('MR_COMMANDS_UNAVAILABLE', `The folder ${dir} cannot be made`, { cause })
  }
  requireOwn(dir)
  return dir
}

/** False where there is no such folder. @throws MillraceError MR_COMMANDS_UNAVAILABLE as {@link ownRuntimeDir} */
export function hasRuntimeDir(dir: string): boolean {
  if (lstatSync(dir, { throwIfNoEntry: false }) === undefined) return false
  requireOwn(dir)
  return true
}

/** A link would lead to a folder that was not looked at. Windows has no such modes; its folder of temporary files is the user's. */
function requireOwn(dir: string): void {
  const stat = lstatSync(dir)
  const refuse = (why: string): never => {
    throw new MillraceError('MR_COMMANDS_UNAVAILABLE', `The folder ${dir} ${why}`)
  }
  if (!stat.isDirectory()) refuse('is none, or a link to one')
  if (process.getuid === undefined) return
  if (stat.uid !== process.getuid()) refuse('belongs to another user')
  if ((stat.mode & 0o077) !== 0) refuse('is open to other users')
}

function userName(): string {
  return String(process.getuid?.() ?? userInfo().username.replaceAll(/[^\w-]/g, '-'))
}
