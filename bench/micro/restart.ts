/**
 * From the start of a process to its first result that the one before, which was killed with SIGKILL, had not shown: `node dist/bench/micro/restart.js [rounds] [keys]`.
 * 1 M keys of 50 bytes, a checkpoint every second, 20,000 rows a second by the wall clock, whether a process runs or not: those since the last checkpoint, and those that came meanwhile, are there at once.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROUNDS = Number(process.argv[2] ?? 5)
const KEYS = Number(process.argv[3] ?? 1_000_000)
const ROWS_PER_SECOND = 20_000
const PHASES = ['node', 'main', 'imported', 'launched', 'first', 'new'] as const

interface Told {
  readonly what: string
  readonly n: number
  readonly atMs: number
}

const program = fileURLToPath(new URL(`restart-process${extname(import.meta.url)}`, import.meta.url))
const stateDir = join(mkdtempSync(join(tmpdir(), 'millrace-bench-')), 'state')

class Run {
  readonly #spawnedMs = performance.timeOrigin + performance.now()
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #firsts = new Map<string, number>()
  /** The last row of which a result was told. */
  seen = -1
  checkpoints = 0

  constructor(config: object) {
    this.#child = spawn(process.execPath, [program, JSON.stringify({ stateDir, keys: KEYS, ...config })], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_ENV: 'production' },
    })
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve))
    createInterface(this.#child.stdout!).on('line', (line) => {
      const { what, n, atMs } = JSON.parse(line) as Told
      if (!this.#firsts.has(what)) this.#firsts.set(what, atMs - this.#spawnedMs)
      if (what === 'checkpoint') this.checkpoints++
      this.seen = Math.max(this.seen, n)
    })
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#child.exitCode !== null) throw new Error(`the process has ended with ${this.#child.exitCode}`)
      await sleep(5)
    }
  }

  /** Milliseconds since it was spawned. */
  msOf(what: string): number | undefined {
    return this.#firsts.get(what)
  }

  async end(how: 'kill' | 'stop'): Promise<void> {
    if (how === 'kill') this.#child.kill('SIGKILL')
    else this.#child.stdin!.write('stop\n')
    await this.#ended
  }
}

const took = new Map<string, number[]>(PHASES.map((phase) => [phase, []]))
try {
  const filling = new Run({ seen: -1 })
  await filling.until(() => filling.seen > KEYS)
  await filling.end('stop')
  let { seen } = filling
  const startMs = performance.timeOrigin + performance.now() - (1000 * seen) / ROWS_PER_SECOND
  for (let round = 0; round < ROUNDS; round++) {
    const run = new Run({ seen, rowsPerSecond: ROWS_PER_SECOND, startMs })
    await run.until(() => run.msOf('new') !== undefined)
    for (const phase of PHASES) took.get(phase)!.push(run.msOf(phase)!)
    await run.until(() => run.checkpoints > 0)
    // Anywhere between two checkpoints.
    await sleep(Math.random() * 1000)
    await run.end('kill')
    ;({ seen } = run)
  }
} finally {
  rmSync(join(stateDir, '..'), { recursive: true, force: true })
}

console.log(`ms after the start of the process, over ${ROUNDS} rounds, ${KEYS} keys`)
console.log('                p50     max')
for (const [phase, ms] of took) {
  const sorted = ms.toSorted((a, b) => a - b)
  const [p50, max] = [sorted[sorted.length >> 1]!, sorted.at(-1)!].map((value) => value.toFixed(0).padStart(7))
  console.log(`${phase.padEnd(10)} ${p50} ${max}`)
}
