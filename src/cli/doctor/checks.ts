import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { MessageChannel, Worker } from 'node:worker_threads'
import { canGenerateCode } from '../../codec/index.ts'
import { createHandshake } from '../../storage/handshake.ts'
import type { StorageToControl } from '../../storage/protocol.ts'
import { cgroupCores } from '../../app/cgroup.ts'

/** 'warning': millrace works, but not as well as it could. */
export interface CheckResult {
  readonly name: string
  readonly status: 'ok' | 'warning' | 'failed'
  readonly found: string
  /** What to do; absent when ok. */
  readonly remedy?: string
}

const NODE_MIN = [20, 19] as const
const STORAGE_TIMEOUT_MS = 10_000

/** All checks, in the order in which they matter. */
export async function runChecks(): Promise<CheckResult[]> {
  return [
    checkNode(process.versions.node),
    checkSharedMemory(),
    checkWaitAsync(),
    checkCodeGeneration(canGenerateCode()),
    checkTypeScript(),
    checkCores(),
    await checkStorage(),
  ]
}

export function checkNode(version: string): CheckResult {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const ok = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])
  const found = `${version} on ${process.platform} ${process.arch}`
  return ok
    ? { name: 'Node.js', status: 'ok', found }
    : { name: 'Node.js', status: 'failed', found, remedy: `Install Node.js ${NODE_MIN.join('.')} or newer.` }
}

/** Rings live in it. It is memory of the process: /dev/shm and its size do not matter. */
function checkSharedMemory(): CheckResult {
  const name = 'SharedArrayBuffer'
  try {
    Atomics.store(new Int32Array(new SharedArrayBuffer(4 * 1024 * 1024)), 0, 1)
    return { name, status: 'ok', found: 'available (memory of the process, not of /dev/shm)' }
  } catch (error) {
    return {
      name,
      status: 'failed',
      found: (error as Error).message,
      remedy: 'Run Node.js without --no-harmony-sharedarraybuffer, and with more memory.',
    }
  }
}

function checkWaitAsync(): CheckResult {
  const name = 'Atomics.waitAsync'
  if (typeof (Atomics as { waitAsync?: unknown }).waitAsync === 'function') return { name, status: 'ok', found: 'available' }
  return { name, status: 'failed', found: 'missing', remedy: 'Install a Node.js built with a current V8, 20.19 or newer.' }
}

export function checkCodeGeneration(allowed: boolean): CheckResult {
  const name = 'code generation'
  if (allowed) return { name, status: 'ok', found: 'allowed' }
  return {
    name,
    status: 'warning',
    found: 'forbidden: chains and codecs are interpreted, which is slower',
    remedy: 'Run without --disallow-code-generation-from-strings.',
  }
}

function checkTypeScript(): CheckResult {
  const name = 'TypeScript jobs'
  if ((process.features as { typescript?: unknown }).typescript) return { name, status: 'ok', found: 'run as they are' }
  return {
    name,
    status: 'warning',
    found: 'this Node.js does not run .ts files',
    remedy: 'Compile jobs to JavaScript, or use Node.js 22.18 or newer.',
  }
}

function checkCores(): CheckResult {
  const cores = availableParallelism()
  const quota = cgroupCores()
  const found = `${cores} for this process, ${cpus().length} in the machine${quota === null ? '' : `, quota of the container ${quota}`}`
  const name = 'cores'
  if (quota !== null && Math.ceil(quota) < cores) {
    const workers = Math.max(1, Math.floor(quota))
    return { name, status: 'warning', found, remedy: `The container gets less than Node.js sees: run with --workers ${workers}.` }
  }
  if (cores === 1) return { name, status: 'warning', found, remedy: 'Jobs run, but on one core: give the process more.' }
  return { name, status: 'ok', found }
}

/** Starts the storage thread on a new directory, as every run does: it opens LMDB and commits. */
async function checkStorage(): Promise<CheckResult> {
  const name = 'lmdb'
  const root = tmpdir()
  let dir: string
  try {
    dir = mkdtempSync(join(root, 'millrace-doctor-'))
  } catch (error) {
    return { name, status: 'failed', found: (error as Error).message, remedy: `Make ${root} writable, or name another folder in TMPDIR.` }
  }
  try {
    const tookMs = await openStorage(dir)
    return { name, status: 'ok', found: `loads and writes in ${root} (${Math.round(tookMs)} ms)` }
  } catch (error) {
    const remedy = `Reinstall with optional packages (npm ci, without --omit=optional), for ${process.platform} ${process.arch}; see that ${root} has room.`
    return { name, status: 'failed', found: (error as Error).message, remedy }
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function openStorage(stateDir: string): Promise<number> {
  const { port1, port2 } = new MessageChannel()
  const workerData = { stateDir, handshake: createHandshake(), controlPort: port2 }
  const thread = new Worker(new URL(`../../storage/entry${extname(import.meta.url)}`, import.meta.url), {
    workerData,
    transferList: [port2],
  })
  const ended = new Promise<never>((_, reject) => {
    thread.once('error', reject).once('exit', () => reject(new Error('the storage thread ended')))
  })
  ended.catch(() => {})
  const deadline = AbortSignal.timeout(STORAGE_TIMEOUT_MS)
  const late = new Promise<never>((_, reject) => deadline.addEventListener('abort', () => reject(new Error('no answer in time'))))
  late.catch(() => {})
  const answer = new Promise<StorageToControl>((resolve) => port1.once('message', resolve))
  try {
    const first = await Promise.race([answer, ended, late])
    if (first.type === 'open-failed') throw new Error(first.failure.message)
    port1.postMessage({ type: 'close' })
    await Promise.race([ended.catch(() => {}), late])
    return first.type === 'opened' ? first.tookMs : 0
  } finally {
    port1.close()
    thread.unref()
  }
}
