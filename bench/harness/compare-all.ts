import { cpus, loadavg } from 'node:os'
import { compare, MismatchError } from './compare.ts'
import type { Comparison, Plan } from './compare.ts'
import { ContenderError } from './protocol.ts'
import type { RunContender } from './run-contender.ts'

export interface Compared<Name extends string> {
  readonly comparisons: readonly Comparison<Name>[]
  /** A contender failed or differs; its query is left out. */
  readonly failed: boolean
}

/** Compares one query after the other, and says on standard error how it goes. */
export async function compareAll<Name extends string>(plans: readonly Plan<Name>[], run: RunContender<Name>): Promise<Compared<Name>> {
  const comparisons: Comparison<Name>[] = []
  let failed = false
  for (const plan of plans) {
    try {
      comparisons.push(await compare(plan, run, (round, rates) => console.error(`${plan.query} ${round + 1}/${plan.runs}: ${rates}`)))
    } catch (error) {
      if (!(error instanceof MismatchError || error instanceof ContenderError)) throw error
      failed = true
      console.error(`\n${error instanceof MismatchError ? '!!! MISMATCH' : '!!! FAILURE'}: ${error.message}\n`)
    }
  }
  return { comparisons, failed }
}

/** A run is given far longer than it should take: it is there to end a hang, not to judge. */
export function timeoutMs(seconds: number): number {
  return 60_000 + seconds * 30_000
}

/** Contenders on two threads lose more to other programs than a loop on one: no ratio of a busy machine is worth keeping. */
export function warnOfLoad(): void {
  const load = loadavg()[0]!
  if (load > cpus().length / 4) console.error(`Warning: the load average is ${load.toFixed(1)}; other programs are in these figures.\n`)
}
