import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasRuntimeDir, runtimeDir } from './runtime-dir.ts'

/** What others of this user have to know of a run, to ask it. */
export interface RegisteredRun {
  /** Of this format. */
  readonly version: 1
  readonly pid: number
  readonly job: string
  /** Milliseconds since 1970. */
  readonly startedAtMs: number
  /** Absolute; null where checkpoints end with the run. */
  readonly stateDir: string | null
  readonly cwd: string
  readonly workers: number
  /** Unix domain socket, or named pipe, on which the run answers. */
  readonly socket: string
  readonly token: string
}

/** A run, and the file that it is known by. */
export interface FoundRun extends RegisteredRun {
  readonly file: string
}

const VERSION = 1

/** Whoever reads it has all of it, or nothing. The token is in it, so it is for this user only. */
export function writeRegistration(file: string, run: RegisteredRun): void {
  const unfinished = `${file}.tmp`
  writeFileSync(unfinished, JSON.stringify(run), { mode: 0o600, flag: 'wx' })
  renameSync(unfinished, file)
}

/** From old to new. Whether they still are there only asking them tells. */
export function registeredRuns(): FoundRun[] {
  const dir = runtimeDir()
  if (!hasRuntimeDir(dir)) return []
  return readdirSync(dir)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => readRegistration(join(dir, name)) ?? [])
    .toSorted((a, b) => a.startedAtMs - b.startedAtMs || a.pid - b.pid)
}

/** What a run leaves behind that was killed, or is over. */
export function removeRegistration({ file, socket }: Pick<FoundRun, 'file' | 'socket'>): void {
  rmSync(file, { force: true })
  if (!isNamedPipe(socket)) rmSync(socket, { force: true })
}

export function isNamedPipe(socket: string): boolean {
  return socket.startsWith('\\\\.\\pipe\\')
}

/** Null for one that has just gone, and for one that another version has written, which may mean anything. */
function readRegistration(file: string): FoundRun | null {
  try {
    const run = JSON.parse(readFileSync(file, 'utf8')) as RegisteredRun
    return run.version === VERSION && typeof run.socket === 'string' && typeof run.token === 'string' ? { ...run, file } : null
  } catch {
    return null
  }
}
