import { setFlagsFromString } from 'node:v8'

/** Runs of this thread whose workers have all cores. */
let runs = 0

/**
 * V8 shares out the collection of a young generation to helper threads of the process, and waits for all of them. They do not help where the workers already have every core: they stand in the
 * queue behind the workers, and what a thread does alone in 0.3 ms took 2 to 12. So while such a run goes on, each thread of the process collects its own. What the process was started with comes first.
 *
 * @returns what is to be called when the run is over
 */
export function collectAlone(workers: number, cores: number, setFlags: (flags: string) => void = setFlagsFromString): () => void {
  if (workers < cores || isToldBy([...process.execArgv, process.env['NODE_OPTIONS'] ?? ''])) return () => {}
  if (runs++ === 0) setFlags('--no-parallel-scavenge')
  return () => {
    if (--runs === 0) setFlags('--parallel-scavenge')
  }
}

/** Somebody has chosen who collects. V8 reads `_` as `-`. */
function isToldBy(flags: readonly string[]): boolean {
  return flags.some((flag) => /parallel[-_]scavenge|single[-_]threaded/.test(flag))
}
