import { loadOperators } from '../../../actors/registry.ts'
import type { OperatorDefinition } from '../../actor/contract.ts'
import type { Key } from '../../core/key.ts'
import { Prng } from '../../core/prng.ts'
import { type Job, defineJob } from '../../graph/job.ts'
import type { SinkSpec } from '../../graph/sinks.ts'
import { SimulatedDisk } from '../../host/simulation-host/simulated-storage.ts'
import { CONNECTOR_KIT_RUNS_DEFAULT } from '../../limits.ts'
import { seedFromEnvironment } from '../seeds.ts'
import type { CrashPlan } from '../crashes/crash-plan.ts'
import { CrashSearch, broken, liveOn } from '../crashes/crash-search.ts'
import { crashingSink } from './crashing-sink.ts'
import { expectationOf, findWrong } from '../crashes/expectation.ts'

/** What {@link sinkKit} tells the function that opens a store. */
export interface SinkKitContext {
  /** From 0. */
  readonly run: number
  /** Where tables of `sink.table` are in simulated runs. */
  readonly disk: SimulatedDisk
}

/** A sink, and how its store is read. */
export interface SinkUnderTest<T> {
  readonly sink: SinkSpec<T>
  /** What a reader of the store finds at this moment: records, in any order. */
  readonly shown: () => Iterable<unknown> | PromiseLike<Iterable<unknown>>
  /** The run is over. */
  readonly close?: () => unknown
}

export interface SinkKitOptions<T> {
  /** The store shows the newest record of each key: a field, or a function. Records of one key come in order. Default: it shows each record. */
  readonly key?: (keyof T & string) | ((record: T) => Key)
  /** With `key`: true for a record that removes that of its key. */
  readonly removes?: (record: T) => boolean
  /** Runs with several crashes at random, behind those with one crash at each step. Default 20. */
  readonly runs?: number
  /** Default: MILLRACE_SEED of the environment, else 1. */
  readonly seed?: number | string
}

export interface SinkKitResult {
  readonly runs: number
  /** By step of the sink, how often it crashed there. */
  readonly crashes: Readonly<Record<string, number>>
}

/**
 * Tries whether a sink keeps the guarantee that it states: writes records through it in simulated jobs that crash, once before and once behind each step of the sink, the
 * functions of `sink.twoPhaseCommit` and `sink.upsert` included, with an error and with the end of the process; then several times at random. What is left goes on from the
 * last complete checkpoint, with another number of workers. Whenever a process has ended, and in the end, the store is read.
 *
 * @param open a store without records, and a sink for it; called for each run
 * @param records of which it writes each once; a few hundred, so that there are several checkpoints. No two alike, unless the sink states less than 'exactly-once'
 * @throws MillraceError MR_SINK_BROKEN naming the records that were lost, repeated or are others, and the steps at which the sink had crashed
 * @example
 * ```ts
 * await sinkKit(() => {
 *   const store = new Map<string, Order>()
 *   const write = (rows: Upsert<Order>[]) => rows.forEach(([key, row]) => (row === null ? store.delete(key) : store.set(key, row)))
 *   return { sink: sink.upsert<Order>({ key: 'id', write }), shown: () => store.values() }
 * }, orders, { key: 'id' })
 * ```
 */
export async function sinkKit<T>(
  open: (context: SinkKitContext) => SinkUnderTest<T> | PromiseLike<SinkUnderTest<T>>,
  records: readonly T[],
  options: SinkKitOptions<T> = {},
): Promise<SinkKitResult> {
  const { seed = seedFromEnvironment() ?? 1, runs = CONNECTOR_KIT_RUNS_DEFAULT } = options
  const chance = new Prng(seed)
  const kit = new SinkKit(open, records, options, chance)
  const search = new CrashSearch(chance, (plan, run) => kit.run(plan, run))
  await search.eachStep({ step: 'onCheckpointComplete', when: 'before', call: 2, how: 'killed' })
  await search.atRandom(runs)
  return { runs: search.runs, crashes: Object.fromEntries(search.crashes) }
}

type OpenStore<T> = (context: SinkKitContext) => SinkUnderTest<T> | PromiseLike<SinkUnderTest<T>>

class SinkKit<T> {
  readonly #open: OpenStore<T>
  readonly #records: readonly T[]
  readonly #options: SinkKitOptions<T>
  readonly #chance: Prng

  constructor(open: OpenStore<T>, records: readonly T[], options: SinkKitOptions<T>, chance: Prng) {
    this.#open = open
    this.#records = records
    this.#options = options
    this.#chance = chance
  }

  async run(plan: CrashPlan, run: number): Promise<void> {
    const disk = new SimulatedDisk()
    const tested = await this.#open({ run, disk })
    const definition = tested.sink.definition ?? (await loadOperators([tested.sink.kind])).get(tested.sink.kind)!
    const expectation = expectationOf(tested.sink.guarantee, this.#records, this.#options)
    const job = this.#jobFor(tested.sink, definition, plan)
    try {
      await liveOn(job, disk, plan, this.#chance, async (finished) => {
        const wrong = findWrong('sink', expectation, [...(await tested.shown())], finished)
        if (wrong !== null) throw broken('MR_SINK_BROKEN', wrong, plan, run)
      })
    } finally {
      await plan.closeAbandoned()
      await tested.close?.()
    }
  }

  #jobFor(sink: SinkSpec<T>, definition: OperatorDefinition, plan: CrashPlan): Job {
    const records = this.#records
    const { key } = this.#options
    const tested = crashingSink(sink, definition, () => plan)
    return defineJob(
      { url: 'file:///sink-kit.js' },
      {
        name: 'sink-kit',
        build: ({ source }) => {
          const stream = source.generate('records', { count: records.length, splits: 1, make: (n) => records[n]! })
          // In the order of each key.
          if (key === undefined) stream.rebalance().to(tested)
          else
            stream
              .keyBy(key as (record: T) => Key)
              .reduce((_, record) => record)
              .to(tested)
        },
      },
    ) as unknown as Job
  }
}
