import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { MillraceError } from '../../errors.ts'
import { type CheckedUiOptions, checkUiOptions } from '../../ui/ui-options.ts'
import type { RunThreads } from '../run-threads.ts'
import type { Run } from '../run.ts'
import { reviveError } from '../../core/failure.ts'
import { type FoundRun, removeRegistration, writeRegistration } from './registered-runs.ts'
import { ownRuntimeDir } from './runtime-dir.ts'

const NAME_BYTES = 4
const TOKEN_BYTES = 32
/** With its end; Linux has 108, macOS 104. A longer path would be cut off without a word. */
const SOCKET_PATH_BYTES_MAX = 103

export interface RunToRegister {
  readonly job: string
  readonly stateDir: string | undefined
  readonly workers: number
}

/**
 * Has a run answer `millrace ps` and its kin: the control thread listens on a socket that only this user can reach, and a file says where it is and how to ask.
 * A run that cannot be asked is a run all the same: that becomes a process warning.
 */
export async function registerRun(
  run: Run,
  threads: Pick<RunThreads, 'control'>,
  { job, stateDir, workers }: RunToRegister,
): Promise<void> {
  try {
    const dir = ownRuntimeDir()
    const id = `${process.pid}-${randomBytes(NAME_BYTES).toString('hex')}`
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const found: FoundRun = {
      version: 1,
      pid: process.pid,
      job,
      startedAtMs: Date.now(),
      stateDir: stateDir === undefined ? null : resolve(stateDir),
      cwd: process.cwd(),
      workers,
      socket: socketPath(dir, id),
      token,
      file: join(dir, `${id}.json`),
    }
    const known = removeAfterwards(run, found)
    const options: CheckedUiOptions = { ...checkUiOptions({ token }), savepoints: resolve('savepoints'), socket: found.socket }
    const answer = await Promise.race([threads.control.serveCommands(options), known.over])
    if (answer === null || known.isOver) return
    if ('failure' in answer) throw reviveError(answer.failure)
    const { file, ...registration } = found
    writeRegistration(file, registration)
  } catch (cause) {
    const text = `No command can ask this run: ${(cause as Error).message}`
    process.emitWarning(new MillraceError('MR_COMMANDS_UNAVAILABLE', text, { cause }))
  }
}

/** With the run, or with a process that ends in the middle of it. What a kill leaves behind, the next command removes. */
function removeAfterwards(run: Run, found: FoundRun): { readonly isOver: boolean; readonly over: Promise<null> } {
  const known = { isOver: false, over: run.done.then(remove, remove) }
  process.once('exit', remove)
  return known

  function remove(): null {
    known.isOver = true
    process.removeListener('exit', remove)
    try {
      removeRegistration(found)
    } catch {
      // Whoever asks next finds that nobody answers.
    }
    return null
  }
}

function socketPath(dir: string, id: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\millrace-${id}`
  const path = join(dir, `${id}.sock`)
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX)
    throw new MillraceError('MR_COMMANDS_UNAVAILABLE', `${path} is too long for a socket. Set MILLRACE_RUNTIME_DIR to a short path`)
  return path
}
