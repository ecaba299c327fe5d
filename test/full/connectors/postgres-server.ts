import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { freePort } from './free-port.ts'

const PASSWORD = 'swordfish'
const READY_MS_MAX = 120_000
const DEBIAN = '/usr/lib/postgresql'

export interface PostgresServer {
  readonly connection: {
    readonly host: string
    readonly port: number
    readonly database: string
    readonly user: string
    readonly password: string
  }
  readonly sql: postgres.Sql
  stop(): Promise<void>
}

/** A server of its own in a temporary folder; or why there is none. */
export async function startPostgres(): Promise<PostgresServer | { readonly skipped: string }> {
  const bin = binaries()
  if (bin === null) return { skipped: 'there is no PostgreSQL here (initdb, postgres)' }
  const user = serverUser()
  if (user === null) return { skipped: 'PostgreSQL does not run as root, and there is no user postgres' }
  const dir = mkdtempSync(join(tmpdir(), 'millrace-postgres-'))
  const passwordFile = join(dir, 'password')
  writeFileSync(passwordFile, PASSWORD)
  for (const path of [dir, passwordFile]) if (user.uid !== undefined) chownSync(path, user.uid, user.gid!)
  const data = join(dir, 'data')
  const initArgs = [
    '-D',
    data,
    '-U',
    'millrace',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--no-sync',
    '-E',
    'UTF8',
    '--locale=C',
  ]
  execFileSync(join(bin, 'initdb'), initArgs, { ...user, cwd: dir, stdio: 'ignore' })
  const port = await freePort()
  const settings = ['-c', `port=${port}`, '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=`, '-c', 'shared_buffers=32MB']
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings], { ...user, cwd: dir, stdio: 'ignore' })
  const connection = { host: '127.0.0.1', port, database: 'postgres', user: 'millrace', password: PASSWORD }
  const sql = postgres({ ...connection, max: 2, onnotice: () => {} })
  await ready(sql, server)
  return { connection, sql, stop: () => stopServer(sql, server, dir) }
}

async function ready(sql: postgres.Sql, server: ChildProcess): Promise<void> {
  const began = performance.now()
  for (;;) {
    try {
      return void (await sql`SELECT 1`)
    } catch (cause) {
      if (server.exitCode !== null || performance.now() - began > READY_MS_MAX) throw new Error('PostgreSQL does not start', { cause })
      await sleep(100)
    }
  }
}

async function stopServer(sql: postgres.Sql, server: ChildProcess, dir: string): Promise<void> {
  await sql.end({ timeout: 1 })
  const ended = new Promise((resolve) => server.once('exit', resolve))
  if (server.exitCode === null && server.kill('SIGINT')) await ended
  rmSync(dir, { recursive: true, force: true })
}

/** Debian keeps them away from the path, a folder for each version. */
function binaries(): string | null {
  const folders = (process.env['PATH'] ?? '').split(':')
  if (existsSync(DEBIAN)) folders.push(...readdirSync(DEBIAN).map((version) => join(DEBIAN, version, 'bin')))
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))) ?? null
}

/** The server refuses to run as root. */
function serverUser(): { uid?: number; gid?: number } | null {
  if (process.getuid?.() !== 0) return {}
  try {
    const idOf = (flag: string): number =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
    return { uid: idOf('-u'), gid: idOf('-g') }
  } catch {
    return null
  }
}
