import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished, vi } from 'vitest'

export interface Ending {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export interface Watched {
  signal(name: NodeJS.Signals): void
  /** Takes nothing from standard output from here on, as a reader that has left. */
  closeOutput(): void
}

export interface SpawnOptions {
  /** Called with all that came on standard error so far, whenever more comes. */
  readonly onStderr?: (text: string, command: Watched) => void
  readonly onStdout?: (text: string, command: Watched) => void
  /** Never reads standard output, so that the pipe fills. */
  readonly readsOutput?: boolean
  readonly nodeArgs?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

const LIMIT_MS = 60_000
/** Starting processes takes its time on a machine that does other things as well. */
vi.setConfig({ testTimeout: 3 * LIMIT_MS })

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url))

/** Runs `millrace` in a process of its own to its end; one that hangs is killed, which shows as signal SIGKILL. */
export async function millrace(args: readonly string[], options: SpawnOptions = {}): Promise<Ending> {
  const { onStderr, onStdout, readsOutput = true, nodeArgs = [], env = {}, cwd } = options
  const child = spawn(process.execPath, [...nodeArgs, main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  })
  const watched: Watched = { signal: (name) => child.kill(name), closeOutput: () => child.stdout.destroy() }
  let [stdout, stderr] = ['', '']
  if (readsOutput) {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      onStdout?.(stdout, watched)
    })
  }
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    onStderr?.(stderr, watched)
  })
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
  const stderrEnded = new Promise((resolve) => child.stderr.once('close', resolve))
  const [exitCode, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on(readsOutput ? 'close' : 'exit', (code, name) => resolve([code, name]))
  })
  clearTimeout(limit)
  child.stdout.destroy()
  await stderrEnded
  return { exitCode, signal, stdout, stderr }
}

/** Path of a job of test/cli/jobs. */
export function job(name: string): string {
  return fileURLToPath(new URL(`./jobs/${name}.js`, import.meta.url))
}

/** An empty folder, removed after the test. */
export function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-cli-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }))
  return dir
}

/** Lines of JSON. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
