/**
 * Time from launch() to the first result, against threads that import the same modules and do nothing:
 * `node dist/bench/micro/startup.js [--runs 9]`. Each in a process of its own, in turn.
 */
import { spawnSync } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '9' } } })
const contender = fileURLToPath(new URL(`startup-contender${extname(import.meta.url)}`, import.meta.url))

function measure(which: string): number {
  const { stdout, stderr, status } = spawnSync(process.execPath, [contender, which], {
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production' },
  })
  if (status !== 0) throw new Error(stderr)
  return Number(stdout)
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!

const times: Record<'bare' | 'millrace', number[]> = { bare: [], millrace: [] }
for (let run = 0; run < Number(values.runs); run++) for (const which of ['bare', 'millrace'] as const) times[which].push(measure(which))
const [bare, millrace] = [median(times.bare), median(times.millrace)]
console.log(
  `bare threads ${bare.toFixed(0)} ms, launch to first result ${millrace.toFixed(0)} ms, ratio ${(millrace / bare).toFixed(2)} (bar: <= 1.3)`,
)
