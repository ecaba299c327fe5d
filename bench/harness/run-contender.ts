import { spawn } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ContenderError, parseReport } from './protocol.ts'
import type { Order, Report } from './protocol.ts'

const ENTRY = fileURLToPath(new URL('../contender' + extname(import.meta.url), import.meta.url))

export type RunContender = (order: Order) => Promise<Report>

/**
 * Runs one contender in a fresh process with NODE_ENV=production; its standard error goes to ours.
 *
 * @throws ContenderError when it fails, prints no report, or takes longer than `timeoutMs`.
 */
export function contenderRunner(timeoutMs: number, entry: string = ENTRY): RunContender {
  return (order) =>
    new Promise<Report>((resolve, reject) => {
      const child = spawn(process.execPath, [entry, JSON.stringify(order)], {
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
          resolve(parseReport(output))
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error)
          reject(new ContenderError(`${describe(order)} failed: ${why}`, { cause: error }))
        }
      })
    })
}

/** Names an order so that it can be repeated. */
export function describe({ contender, query, seed, count, workers }: Order): string {
  return `${contender} of ${query} (--seed ${seed} --count ${count} --workers ${workers})`
}
