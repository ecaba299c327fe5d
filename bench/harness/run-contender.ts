import { spawn } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ContenderError, parseReport } from './protocol.ts'
import type { ContenderName, Order, Report } from './protocol.ts'

const ENTRY = fileURLToPath(new URL('../contender' + extname(import.meta.url), import.meta.url))

export type RunContender<Name extends string = ContenderName> = (order: Order<Name>) => Promise<Report>

export interface Program {
  readonly command: string
  readonly args: readonly string[]
}

/** Runs one of our own contenders in a fresh process; see {@link runProgram}. */
export function contenderRunner(timeoutMs: number, entry: string = ENTRY): RunContender {
  return (order) => runProgram({ command: process.execPath, args: [entry, JSON.stringify(order)] }, describe(order), timeoutMs)
}

/**
 * Runs a contender's program; see {@link runProcess}.
 *
 * @param what names the order in errors
 * @throws ContenderError also when it prints no report
 */
export async function runProgram(program: Program, what: string, timeoutMs: number): Promise<Report> {
  const { output, seconds } = await runProcess(program, what, timeoutMs)
  try {
    return { ...parseReport(output), processSeconds: seconds }
  } catch (error) {
    throw failure(what, error)
  }
}

/**
 * Runs a program with NODE_ENV=production; its standard error goes to ours.
 *
 * @returns what it prints, and how long it ran
 * @throws ContenderError when it fails, or takes longer than `timeoutMs`.
 */
export function runProcess({ command, args }: Program, what: string, timeoutMs: number): Promise<{ output: string; seconds: number }> {
  return new Promise((resolve, reject) => {
    const startedAtMs = performance.now()
    const child = spawn(command, args, {
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal !== null) reject(failure(what, new Error(`it ended by ${signal}, after at most ${timeoutMs} ms`)))
      else if (code !== 0) reject(failure(what, new Error(`it ended with exit code ${code}`)))
      else resolve({ output, seconds: (performance.now() - startedAtMs) / 1000 })
    })
  })
}

function failure(what: string, cause: unknown): ContenderError {
  return new ContenderError(`${what} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
}

/** Names an order so that it can be repeated. */
export function describe({ contender, query, seed, count, workers }: Order<string>): string {
  return `${contender} of ${query} (--seed ${seed} --count ${count} --workers ${workers})`
}
