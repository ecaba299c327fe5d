import { loadOperators } from '../../../actors/registry.ts'
import type { OutletRecord, Outlets } from '../../graph/job.ts'
import type { BackendOption } from '../../graph/state-backend.ts'
import { KEY_GROUPS_DEFAULT, KIT_OUTSIDE_WAIT_MS_MAX, KIT_POSITIONS_MAX } from '../../limits.ts'
import { seedFromEnvironment } from '../seeds.ts'
import type { KitView } from './kit-compare.ts'
import { type KitBuilt, type KitContext, type KitOutlets, kitJob } from './kit-job.ts'
import type { KitEvent, KitOutput } from './kit-outlets.ts'
import { KitReruns } from './kit-reruns.ts'
import { type Step, checkScript } from './script.ts'

export interface KitOptions {
  /**
   * 'step': the piece promises no order of what follows from one step of the script (a batch of records, a watermark), so reruns may differ in it; 'any': no
   * order at all. Default 'list'.
   */
  readonly order?: 'list' | 'step' | 'any'
  /**
   * What must be equal in all reruns, made of the outputs of an outlet: for pieces whose outputs depend on batches, such as tables that tell changes when the
   * input runs dry. See {@link latestByKey}. Default: the outputs themselves.
   */
  readonly view?: KitView
  /** False: the piece may give other outputs with another number of instances, so it is not restored onto one. Default true. */
  readonly rescale?: boolean
  /** Where the operators of the piece keep their state by key that can choose and do not say it themselves. Default 'memory'. */
  readonly backend?: BackendOption
  /** Key groups of the job. Default 128. */
  readonly keyGroups?: number
  /** Time of the clock at the beginning, in ms since 1970. Default 0. */
  readonly startMs?: number
  /**
   * Longest real time, in ms, that a step waits for what sources and `mapAsync` wait for. Default 10,000; 0 where promises are settled by steps of the script
   * (`call`).
   */
  readonly outsideWaitMs?: number
  /** Positions at which the script is interrupted and restored, at most; 0: it is not. Default 40. */
  readonly positionsMax?: number
  /** Chooses the positions at which longer scripts are interrupted. Default: MILLRACE_SEED of the environment, else 1. */
  readonly seed?: number | string
}

export interface KitResult<O extends Outlets> {
  /** By outlet, its records. */
  readonly records: { readonly [N in keyof O]: OutletRecord<O[N]>[] }
  /** By outlet, its records with their event times, watermarks, idleness and end, in order. */
  readonly outputs: { readonly [N in keyof O]: KitOutput<OutletRecord<O[N]>>[] }
  /** The same by step of the script: what came after it and before the next. Steps of one batch have theirs with the last of them. */
  readonly steps: readonly { readonly [N in keyof O]: KitOutput<OutletRecord<O[N]>>[] }[]
  /** Runs and restores that gave the same. */
  readonly reruns: number
}

/**
 * Runs a piece of a job over a script of records, watermarks, idleness, time and ends, and returns what comes out. It is the engine of launch(), with its chains, mailboxes,
 * credits and codecs, on this thread and under a clock that stands still unless the script moves it: a case takes milliseconds.
 *
 * Each case is run again: interpreted instead of compiled; with one record in a batch; through a mailbox of one frame, each operator an actor of its own; with a
 * snapshot before every step; and restored from each of these snapshots (of scripts longer than 40 steps, from a seeded sample), into fresh operators, on one
 * worker and on other numbers of workers. All of them must give what the first run gave: in the same order with one instance, after the same step with several.
 *
 * @param build describes the piece, as build() of a job does; `input()` makes the inputs that the script fills
 * @throws MillraceError MR_KIT_DIFFERS naming the rerun, the outlet and the first difference; MR_OPTION_INVALID for a script that does not fit; what an operator threw
 * @example
 * ```ts
 * const { records } = await operatorKit(({ input }) => input<Order>().keyBy('shop').reduce(larger), [
 *   { record: { shop: 'a', cents: 5 }, timestamp: 10 },
 *   { watermark: 20 },
 *   { end: true },
 * ])
 * expect(records.out).toEqual([{ shop: 'a', cents: 5 }])
 * ```
 */
export async function operatorKit<B extends KitBuilt>(
  build: (context: KitContext) => B,
  script: readonly Step[],
  options: KitOptions = {},
): Promise<KitResult<KitOutlets<B>>> {
  checkScript(script)
  const {
    order = 'list',
    view = null,
    rescale = true,
    positionsMax = KIT_POSITIONS_MAX,
    outsideWaitMs = KIT_OUTSIDE_WAIT_MS_MAX,
    keyGroups = KEY_GROUPS_DEFAULT,
    startMs = 0,
    seed = seedFromEnvironment() ?? 1,
    backend = 'memory',
  } = options
  const { job, inputs } = kitJob('kit', build, backend)
  const graph = await job.buildGraph({})
  const reruns = new KitReruns({
    graph,
    registry: await loadOperators(['partition', ...graph.nodes.map(({ kind }) => kind)]),
    inputs,
    script,
    keyGroups,
    startMs,
    seed,
    order,
    view,
    rescales: rescale,
    positionsMax,
    outsideWaitMs,
  })
  return resultOf(await reruns.run(), script.length, reruns)
}

function resultOf<O extends Outlets>(events: readonly KitEvent[], length: number, { outlets, count }: KitReruns): KitResult<O> {
  const byOutlet = <T>(of: (outlet: string) => T): never => Object.fromEntries(outlets.map((outlet) => [outlet, of(outlet)])) as never
  const outputs = (outlet: string, step?: number): KitOutput[] =>
    events
      .filter((event) => event.outlet === outlet && (step === undefined || Math.max(0, event.step) === step))
      .map(({ output }) => output)
  return {
    records: byOutlet((outlet) => outputs(outlet).flatMap((output) => ('record' in output ? [output.record] : []))),
    outputs: byOutlet((outlet) => outputs(outlet)),
    steps: Array.from({ length }, (_, step) => byOutlet((outlet) => outputs(outlet, step))),
    reruns: count,
  }
}

/** A view of an outlet as the table that it tells the changes of: the last record of each key, ordered by key. */
export function latestByKey<T>(key: keyof T & string): KitView {
  return (outputs) => {
    const latest = new Map<unknown, unknown>()
    for (const output of outputs) if ('record' in output) latest.set((output.record as T)[key], output.record)
    return [...latest].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)).map(([, record]) => record)
  }
}
