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
 * Runs a contender's program with NODE_ENV=production; its standard error goes to ours.
 *
 * @param what names the order in errors
 * @throws ContenderError when it fails, prints no report, or takes longer than `timeoutMs`.
 */
export function runProgram({ command, args }: Program, what: string, timeoutMs: number): Promise<Report> {
  return new Promise<Report>((resolve, reject) => {
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
      try {
        if (signal !== null) throw new ContenderError(`it ended by ${signal}, after at most ${timeoutMs} ms`)
        if (code !== 0) throw new ContenderError(`it ended with exit code ${code}`)
        resolve({ ...parseReport(output), processSeconds: (performance.now() - startedAtMs) / 1000 })
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        reject(new ContenderError(`${what} failed: ${why}`, { cause: error }))
      }
    })
  })
}

/** Names an order so that it can be repeated. */
export function describe({ contender, query, seed, count, workers }: Order<string>): string {
  return `${contender} of ${query} (--seed ${seed} --count ${count} --workers ${workers})`
}
