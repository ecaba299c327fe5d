import type { Run } from '../../app/run.ts'
import { jsonLine } from '../json-line.ts'
import { UsageError } from '../usage-error.ts'

/** Which outlets are printed; all are read, since what nobody reads holds a job back. */
export interface OutletChoice {
  readonly all: readonly string[]
  readonly printed: readonly string[]
  /** True: lines are records. False: lines are {"outlet": name, "record": record}. */
  readonly bare: boolean
}

/** @throws UsageError for a name that the job does not have */
export function chooseOutlets(all: readonly string[], named: readonly string[], none: boolean): OutletChoice {
  if (none && named.length > 0) throw new UsageError('--outlet and --no-outlets exclude each other')
  for (const name of named) {
    if (!all.includes(name)) throw new UsageError(`the job has no outlet "${name}"; it has ${all.join(', ') || 'none'}`)
  }
  const printed = none ? [] : named.length > 0 ? [...new Set(named)] : all
  return { all, printed, bare: named.length > 0 && printed.length === 1 }
}

/**
 * Reads all outlets to their ends.
 *
 * @param print writes text to standard output; the next batch waits for it
 * @returns when all have ended; never rejects because of the run, whose own promise tells how it ended
 */
export async function readOutlets(run: Run, { all, printed, bare }: OutletChoice, print: (text: string) => Promise<void>): Promise<void> {
  const read = async (name: string): Promise<void> => {
    const prints = printed.includes(name)
    try {
      for await (const batch of run.outlet(name).batches()) {
        if (prints) await print(batch.map((record) => jsonLine(bare ? record : { outlet: name, record })).join(''))
      }
    } catch {
      // The run failed: run.done says so.
    }
  }
  await Promise.all(all.map(read))
}
