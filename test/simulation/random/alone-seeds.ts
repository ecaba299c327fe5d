/** Runs cases in which operators throw, and restart alone where they can: `alone-seeds.js FROM TO`. Prints what happened, and failures, as JSON. */
import { pathToFileURL } from 'node:url'
import type { Job } from '../../../src/index.ts'
import anyJob from './any-job.ts'
import { failing } from './failing-operators.ts'
import { randomCase, runCase } from './random-case.ts'

export interface AloneReport {
  runs: number
  committed: number
  /** Of single actors, and of all. */
  actorRestarts: number
  restarts: number
  readonly failures: { readonly seed: number; readonly message: string }[]
}

/** @param stopAfter failures after which no more seeds are tried */
export async function runAloneSeeds(from: number, to: number, stopAfter = 5): Promise<AloneReport> {
  const report: AloneReport = { runs: 0, committed: 0, actorRestarts: 0, restarts: 0, failures: [] }
  for (let seed = from; seed <= to && report.failures.length < stopAfter; seed++) {
    try {
      const run = await runAloneCase(seed)
      report.actorRestarts += run.actorRestarts
      report.restarts += run.restarts
      for (const records of Object.values(run.outlets)) report.committed += records.length
    } catch (error) {
      report.failures.push({ seed, message: (error as Error).message })
    }
    report.runs++
  }
  return report
}

/** Many throws, few other faults; operators in actors of their own, with their state in memory. */
export function runAloneCase(seed: number, onTrace?: (line: string) => void): ReturnType<typeof runCase> {
  const { restart, checkpointIntervalMs } = randomCase(seed).options
  return runCase(seed, {
    chaining: 'off',
    backend: 'memory',
    restart: { ...restart, scope: 'actor' },
    checkpointIntervalMs: Math.max(5, checkpointIntervalMs!),
    job: failing(anyJob as Job, seed, 12),
    faults: { throw: seed % 2, worker: seed % 3 === 0 ? 1 : 0, kill: seed % 4 === 0 ? 1 : 0, 'slow-disk': seed % 5 === 0 ? 1 : 0 },
    ...(onTrace && { onTrace }),
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [from, to, stopAfter] = process.argv.slice(2).map(Number)
  console.log(JSON.stringify(await runAloneSeeds(from!, to!, stopAfter)))
}
