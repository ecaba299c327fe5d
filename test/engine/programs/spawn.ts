import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ToldError } from './tell.ts'

export type { ToldError }

export interface Ending {
  readonly exitCode: number | null
  readonly signal: string | null
  /** True when the process did not end by itself in time. */
  readonly hung: boolean
  readonly stdout: string
  readonly stderr: string
}

export interface Told {
  readonly result?: { readonly outcome: string; readonly restarts: number }
  readonly outlets?: Readonly<Record<string, readonly unknown[]>>
  readonly error?: ToldError
  readonly unhandledRejection?: string
}

export interface SpawnOptions {
  readonly limitMs?: number
  /** Called with every piece of standard output. */
  readonly onOutput?: (text: string, child: { readonly pid: number; kill(): void }) => void
  readonly killAfterMs?: number
  readonly nodeArgs?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

// A program that hangs, hangs for ever; a busy machine is only slow.
const LIMIT_MS = 80_000

/** Runs a program of this folder in a process of its own until it ends, with a limit. */
export async function runProgram(name: string, args: readonly string[], options: SpawnOptions = {}): Promise<Ending> {
  const path = fileURLToPath(new URL(`./${name}.js`, import.meta.url))
  const env = { ...process.env, ...options.env }
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), path, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
  let [stdout, stderr, hung] = ['', '', false]
  const kill = (): void => void child.kill('SIGKILL')
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    options.onOutput?.(text, { pid: child.pid!, kill })
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const limit = setTimeout(() => {
    hung = true
    kill()
  }, options.limitMs ?? LIMIT_MS)
  const killer = options.killAfterMs === undefined ? undefined : setTimeout(kill, options.killAfterMs)
  const [exitCode, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on('close', (code, name) => resolve([code, name]))
  })
  clearTimeout(limit)
  clearTimeout(killer)
  return { exitCode, signal, hung, stdout, stderr }
}

export interface LaunchSpawnOptions extends SpawnOptions {
  /** URL that threads shall load in place of the job's own. */
  readonly lieAbout?: string
}

/** Runs the program that launches a job and reads what it told. */
export async function runLaunch(
  jobUrl: string,
  options: object,
  { lieAbout = '', ...spawning }: LaunchSpawnOptions = {},
): Promise<Ending & { readonly told: Told }> {
  const ending = await runProgram('launch', [jobUrl, JSON.stringify(options), ...(lieAbout === '' ? [] : [lieAbout])], spawning)
  const lines = ending.stdout.split('\n').filter((line) => line.startsWith('{'))
  return { ...ending, told: Object.assign({}, ...lines.map((line) => JSON.parse(line) as Told)) as Told }
}
