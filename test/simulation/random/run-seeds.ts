/** Runs cases in a process of its own: `run-seeds.js FROM TO`. Prints what happened, and failures, as JSON. */
import { pathToFileURL } from 'node:url'
import { runCase } from './random-case.ts'

export interface SeedsReport {
  runs: number
  committed: number
  restarts: number
  /** Of single actors. */
  actorRestarts: number
  processes: number
  checkpoints: number
  readonly faults: Record<string, number>
  readonly failures: { readonly seed: number; readonly message: string }[]
}

/** @param stopAfter failures after which no more seeds are tried */
export async function runSeeds(from: number, to: number, stopAfter = 5): Promise<SeedsReport> {
  const report: SeedsReport = {
    runs: 0,
    committed: 0,
    restarts: 0,
    actorRestarts: 0,
    processes: 0,
    checkpoints: 0,
    faults: {},
    failures: [],
  }
  for (let seed = from; seed <= to && report.failures.length < stopAfter; seed++) {
    try {
      const run = await runCase(seed)
      report.restarts += run.restarts
      report.actorRestarts += run.actorRestarts
      report.processes += run.processes!
      report.checkpoints += run.checkpoints.length
      for (const records of Object.values(run.outlets)) report.committed += records.length
      for (const [kind, count] of Object.entries(run.faults!)) report.faults[kind] = (report.faults[kind] ?? 0) + count
    } catch (error) {
      report.failures.push({ seed, message: (error as Error).message })
    }
    report.runs++
  }
  return report
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [from, to, stopAfter] = process.argv.slice(2).map(Number)
  console.log(JSON.stringify(await runSeeds(from!, to!, stopAfter)))
}
