/**
 * One process per state directory. The lock is a listening socket that is named after the directory's real path: the kernel takes it
 * away with the process, kill -9 included, so no lock is ever left behind. Whoever connects is told the holder's pid.
 *
 * Linux: an abstract Unix socket (no file; seen by all processes of one network namespace, so two containers that share a directory
 * do not see each other's lock). Windows: a named pipe. Elsewhere: a socket file in the temporary directory; one that nobody answers
 * behind is a left-over and is replaced.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, rmSync, statSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { MillraceError } from '../errors.ts'
import { STATE_LOCK_ANSWER_MS } from '../limits.ts'

export interface StateLock {
  /** Idempotent. The lock goes with the process, or the thread, anyway. */
  release(): Promise<void>
}

/**
 * Takes the lock of an existing directory. It does not keep the event loop alive.
 *
 * @param platform for tests
 * @throws MillraceError MR_STATE_DIR_LOCKED with the holder's pid if it tells it
 */
export async function lockStateDir(dir: string, platform: NodeJS.Platform = process.platform): Promise<StateLock> {
  const real = realpathSync(dir)
  const address = lockAddress(real, platform)
  const server = (await listen(address)) ?? (await replaceLeftOver(address))
  if (server === undefined) throw locked(real, await askHolder(address))
  return { release: () => new Promise((resolve) => server.close(() => resolve())) }
}

/** A claim older than this belongs to a process that died while it had one. */
const CLAIM_MS_MAX = 10_000

/** Replaces a socket file that nobody answers behind. A directory as claim makes sure that one process at a time looks and replaces. */
async function replaceLeftOver(address: string): Promise<Server | undefined> {
  if (!isFile(address) || (await askHolder(address)) !== 'nobody') return undefined
  const claim = `${address}.claim`
  const since = statSync(claim, { throwIfNoEntry: false })?.mtimeMs
  if (since !== undefined && Date.now() - since > CLAIM_MS_MAX) rmSync(claim, { recursive: true, force: true })
  try {
    mkdirSync(claim)
  } catch {
    return undefined
  }
  try {
    if ((await askHolder(address)) !== 'nobody') return undefined
    rmSync(address, { force: true })
    return await listen(address)
  } finally {
    rmSync(claim, { recursive: true, force: true })
  }
}

/** Address of the lock's socket. Exported for tests. */
export function lockAddress(realPath: string, platform: NodeJS.Platform = process.platform): string {
  const hash = createHash('sha256').update(realPath).digest('hex')
  if (platform === 'linux') return `\0${`millrace-${hash}`.padEnd(LINUX_NAME_BYTES, '-')}`
  if (platform === 'win32') return `\\\\.\\pipe\\millrace-${hash}`
  return join(tmpdir(), `millrace-${hash.slice(0, 24)}.sock`)
}

/** Abstract names are padded with zeros by some versions of Node and not by others: a name that fills the field is the same in all. */
const LINUX_NAME_BYTES = 107

const isFile = (address: string) => isAbsolute(address) && !address.startsWith('\\\\')

/** Undefined if somebody else listens there. */
function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.unref()
      socket.end(`${process.pid}\n`)
    })
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE' || cause.code === 'EACCES') resolve(undefined)
      else reject(new MillraceError('MR_STATE_DIR_INVALID', 'The state directory cannot be locked.', { cause }))
    })
    server.listen({ path: address, exclusive: true }, () => {
      server.unref()
      resolve(server)
    })
  })
}

/** The holder's pid, `unknown` if it does not answer in time, `nobody` if nothing listens. */
function askHolder(address: string): Promise<number | 'unknown' | 'nobody'> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(address)
    const settle = (answer: number | 'unknown' | 'nobody') => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => settle('unknown'), STATE_LOCK_ANSWER_MS)
    socket.setEncoding('utf8')
    socket.on('data', (part: string) => (text += part))
    socket.on('end', () => settle(Number.parseInt(text, 10) || 'unknown'))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      settle(error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? 'nobody' : 'unknown')
    })
  })
}

function locked(dir: string, holder: number | 'unknown' | 'nobody'): MillraceError {
  const who = typeof holder === 'number' ? `process ${holder}` : 'another process'
  return new MillraceError('MR_STATE_DIR_LOCKED', `${dir} is used by ${who}.`)
}
