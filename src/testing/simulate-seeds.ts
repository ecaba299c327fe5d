import { MillraceError } from '../errors.ts'
import type { Job, OutletRecord, Outlets } from '../graph/job.ts'
import type { FaultCounts, FaultOptions } from '../host/simulation-host/faults.ts'
import { SIMULATION_TRACE_TAIL_LINES } from '../limits.ts'
import { textOf } from './kit/kit-compare.ts'
import { seeds as seedsOf } from './seeds.ts'
import { type SimulateOptions, type SimulatedRun, simulateOne } from './simulate.ts'

type Inputs = Readonly<Record<string, readonly unknown[]>>
type Records = Readonly<Record<string, readonly unknown[]>>

/** Options of {@link simulate} over many seeds. */
export interface SimulateSeedsOptions<O extends Outlets = Outlets> extends Omit<
  SimulateOptions,
  'seed' | 'inputs' | 'disk' | 'stop' | 'onTrace'
> {
  /** How many, from 1; or these. With MILLRACE_SEED in the environment only that one. */
  readonly seeds: number | readonly (number | string)[]
  /** Default: all kinds. */
  readonly faults?: FaultOptions
  /** By outlet, what it must commit, in any order. Default: what it gives in a run in which nothing fails. */
  readonly expected?: { readonly [N in keyof O]?: readonly OutletRecord<O[N]>[] }
  /**
   * By outlet whose records depend on the schedule, as those of a Table that tells each change, or of windows that fire again for late records: what must be equal in all runs,
   * made of all that was committed.
   */
  readonly views?: { readonly [N in keyof O]?: (records: readonly OutletRecord<O[N]>[]) => unknown }
}

/** What happened in all runs together. */
export interface SimulatedSeeds {
  readonly runs: number
  readonly faults: FaultCounts
  readonly restarts: number
  readonly processes: number
  /** Complete ones. */
  readonly checkpoints: number
  /** Records that were committed and compared. */
  readonly records: number
  /** Hash over the traces of all runs, in their order: equal for equal seeds. */
  readonly traceHashes: readonly string[]
}

/** Simulates every seed, and compares what was committed: while a run goes on, nothing that is not expected, nor more of it; in the end all of it. */
export async function simulateSeeds(
  job: Job,
  inputs: Inputs,
  { seeds, expected: said, views = {}, ...options }: SimulateSeedsOptions,
): Promise<SimulatedSeeds> {
  const faulty = { ...options, faults: options.faults ?? true, inputs }
  const expected = said as Records | undefined
  const wanted = { ...(await inPeace(job, faulty, expected)), ...expected }
  const total = {
    runs: 0,
    faults: {} as Record<string, number>,
    restarts: 0,
    processes: 0,
    checkpoints: 0,
    records: 0,
    traceHashes: [] as string[],
  }
  for (const seed of typeof seeds === 'number' ? seedsOf(seeds) : seeds) {
    const run = await simulateAgainst(job, { ...faulty, seed }, wanted, views as Views)
    total.runs++
    total.restarts += run.restarts
    total.processes += run.processes!
    total.checkpoints += run.checkpoints.length
    for (const [kind, count] of Object.entries(run.faults!)) total.faults[kind] = (total.faults[kind] ?? 0) + count
    for (const records of Object.values(run.outlets)) total.records += records.length
    total.traceHashes.push(run.traceHash)
  }
  return total as unknown as SimulatedSeeds
}

type Views = Readonly<Record<string, ((records: readonly unknown[]) => unknown) | undefined>>

/**
 * One seed, against what it must commit.
 *
 * @throws MillraceError MR_SIMULATION_FAILED at the first record that is committed and was not expected, or was before; and when some are missing in the end
 */
export async function simulateAgainst(
  job: Job,
  options: SimulateOptions,
  expected: Records,
  views: Views = {},
  moments: readonly RegExp[] | null = null,
): Promise<SimulatedRun> {
  const tail: string[] = []
  const onTrace = (line: string): void => {
    options.onTrace?.(line)
    if (tail.push(line) > 2 * SIMULATION_TRACE_TAIL_LINES) tail.splice(0, SIMULATION_TRACE_TAIL_LINES)
  }
  const ledgers = new Map(Object.entries(expected).map(([outlet, records]) => [outlet, new Ledger(outlet, records)] as const))
  try {
    const run = await simulateOne(
      job,
      { ...options, onTrace },
      (disk, simulation) => {
        disk.outputs.onCommit = (outlet, records) => {
          if (views[outlet] !== undefined) return
          const wrong = ledgers.get(outlet)?.add(records)
          if (wrong !== undefined) simulation.broke(wrong)
        }
        disk.outputs.onTakeBack = (outlet, records) => void (views[outlet] === undefined && ledgers.get(outlet)?.takeBack(records))
      },
      moments,
    )
    for (const [outlet, ledger] of ledgers) {
      const view = views[outlet]
      const wrong = view === undefined ? ledger.lost() : differs(outlet, view(expected[outlet]!), view(run.outlets[outlet]!))
      if (wrong !== undefined)
        throw new MillraceError('MR_SIMULATION_FAILED', `${wrong}\n[simulated with seed ${run.seed}; MILLRACE_SEED=${run.seed} replays it]`)
    }
    return run
  } catch (error) {
    if (error instanceof Error) error.message += `\nLast steps:\n${tail.slice(-SIMULATION_TRACE_TAIL_LINES).join('\n')}`
    throw error
  }
}

/** What the outlets give that nobody said. */
async function inPeace(job: Job, options: SimulateOptions, expected: Records | undefined): Promise<Records> {
  const said = new Set(Object.keys(expected ?? {}))
  const graph = await job.buildGraph(options.config)
  if (graph.nodes.every(({ kind, spec }) => kind !== 'outlet' || said.has(String(spec['outlet'])))) return {}
  return (await simulateOne(job, { ...options, faults: [], seed: 'in peace' })).outlets
}

/** Counts what was committed against what was expected. */
class Ledger {
  readonly #outlet: string
  readonly #left = new Map<string, number>()
  readonly #expected: ReadonlySet<string>

  constructor(outlet: string, records: readonly unknown[]) {
    this.#outlet = outlet
    for (const record of records) {
      const text = textOf(record)
      this.#left.set(text, (this.#left.get(text) ?? 0) + 1)
    }
    this.#expected = new Set(this.#left.keys())
  }

  /** What is wrong with them, if anything is. */
  add(records: readonly unknown[]): string | undefined {
    for (const record of records) {
      const text = textOf(record)
      const left = this.#left.get(text) ?? 0
      if (left > 0) {
        this.#left.set(text, left - 1)
        continue
      }
      const what = this.#expected.has(text) ? 'committed once more than expected' : 'committed, but not expected'
      return `The outlet "${this.#outlet}" differs: ${text} was ${what}`
    }
    return undefined
  }

  /** They are to be committed again. */
  takeBack(records: readonly unknown[]): void {
    for (const record of records) this.#left.set(textOf(record), this.#left.get(textOf(record))! + 1)
  }

  lost(): string | undefined {
    const missing = [...this.#left].filter(([, left]) => left > 0)
    if (missing.length === 0) return undefined
    const lost = missing.reduce((sum, [, left]) => sum + left, 0)
    const examples = missing.slice(0, 3).map(([text]) => text)
    return `The outlet "${this.#outlet}" lost ${lost} records: ${examples.join(', ')}${missing.length > 3 ? ', ...' : ''}`
  }
}

function differs(outlet: string, expected: unknown, actual: unknown): string | undefined {
  const [wanted, came] = [textOf(expected), textOf(actual)]
  if (wanted === came) return undefined
  let at = 0
  while (wanted[at] === came[at]) at++
  const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 100)
  return `The view of the outlet "${outlet}" differs: expected ... ${around(wanted)} ..., but came ... ${around(came)} ...`
}
