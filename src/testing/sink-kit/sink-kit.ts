import { loadOperators } from '../../../actors/registry.ts'
import type { OperatorDefinition } from '../../actor/contract.ts'
import type { Key } from '../../core/key.ts'
import { Prng } from '../../core/prng.ts'
import { MillraceError } from '../../errors.ts'
import { type Job, defineJob } from '../../graph/job.ts'
import type { SinkSpec } from '../../graph/sinks.ts'
import { SimulatedDisk } from '../../host/simulation-host/simulated-storage.ts'
import { SINK_KIT_CRASHES_MAX, SINK_KIT_PROCESSES_MAX, SINK_KIT_RUNS_DEFAULT, SINK_KIT_TRIES_MAX } from '../../limits.ts'
import { seedFromEnvironment } from '../seeds.ts'
import { simulate } from '../simulate.ts'
import { type Crash, CrashPlan } from './crash-plan.ts'
import { crashingSink } from './crashing-sink.ts'
import { expectationOf, findWrong } from './expectation.ts'

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
  const { seed = seedFromEnvironment() ?? 1, runs = SINK_KIT_RUNS_DEFAULT } = options
  const kit = new SinkKit(open, records, options, new Prng(seed))
  await kit.eachStep()
  await kit.atRandom(runs)
  return { runs: kit.runs, crashes: Object.fromEntries(kit.crashes) }
}

type OpenStore<T> = (context: SinkKitContext) => SinkUnderTest<T> | PromiseLike<SinkUnderTest<T>>

class SinkKit<T> {
  readonly #open: OpenStore<T>
  readonly #records: readonly T[]
  readonly #options: SinkKitOptions<T>
  readonly #chance: Prng
  runs = 0
  readonly crashes = new Map<string, number>()
  /** By step, calls of the run that had most. */
  readonly #calls = new Map<string, number>()

  constructor(open: OpenStore<T>, records: readonly T[], options: SinkKitOptions<T>, chance: Prng) {
    this.#open = open
    this.#records = records
    this.#options = options
    this.#chance = chance
  }

  /** One crash a run; at steps that only come after a crash: a second one. */
  async eachStep(): Promise<void> {
    await this.#run([])
    const first = [...this.#calls.keys()]
    for (const step of first) for (const crash of this.#waysAt(step)) await this.#untilAll([crash])
    const later = [...this.#calls.keys()].filter((step) => !first.includes(step))
    const before: Crash = { step: 'onCheckpointComplete', when: 'before', call: 2, how: 'killed' }
    for (const step of later) for (const crash of this.#waysAt(step)) await this.#untilAll([before, { ...crash, call: 1 }])
  }

  async atRandom(runs: number): Promise<void> {
    const steps = [...this.#calls.keys()]
    for (let run = 0; run < runs; run++) {
      const crashes = Array.from({ length: 2 + this.#chance.nextInt(SINK_KIT_CRASHES_MAX - 1) }, () => {
        const ways = this.#waysAt(steps[this.#chance.nextInt(steps.length)]!)
        return ways[this.#chance.nextInt(ways.length)]!
      })
      await this.#run(crashes)
    }
  }

  #waysAt(step: string): Crash[] {
    return (['before', 'after'] as const).flatMap((when) =>
      // Early enough to come in any run.
      (['throws', 'killed'] as const).map((how) => ({
        step,
        when,
        how,
        call: 1 + this.#chance.nextInt(Math.ceil(this.#calls.get(step)! / 8)),
      })),
    )
  }

  /** Whether a step comes often enough, or at all, may depend on the schedule. */
  async #untilAll(crashes: readonly Crash[]): Promise<void> {
    for (let tries = 0; tries < SINK_KIT_TRIES_MAX; tries++) if (await this.#run(crashes)) return
  }

  /** True when all of the crashes came. */
  async #run(crashes: readonly Crash[]): Promise<boolean> {
    const plan = new CrashPlan(crashes)
    const disk = new SimulatedDisk()
    const tested = await this.#open({ run: this.runs, disk })
    const definition = tested.sink.definition ?? (await loadOperators([tested.sink.kind])).get(tested.sink.kind)!
    const expectation = expectationOf(tested.sink.guarantee, this.#records, this.#options)
    const job = this.#jobFor(tested.sink, definition, plan)
    try {
      for (let process = 0, finished = false; !finished; process++) {
        if (process === SINK_KIT_PROCESSES_MAX)
          throw new MillraceError('MR_SIMULATION_FAILED', `The job of the sink kit did not end within ${process} processes`)
        finished = await this.#live(job, disk, plan)
        const wrong = findWrong(expectation, [...(await tested.shown())], finished)
        if (wrong !== null) throw broken(wrong, plan, this.runs)
      }
    } finally {
      for (const close of plan.abandoned) await ignoring(close)
      await tested.close?.()
    }
    this.runs++
    for (const step of plan.happened.map((text) => / (\w+)\(\)/.exec(text)![1]!)) this.crashes.set(step, (this.crashes.get(step) ?? 0) + 1)
    for (const [step, calls] of plan.seen) this.#calls.set(step, Math.max(calls, this.#calls.get(step) ?? 0))
    return plan.happened.length === crashes.length
  }

  /** One process. False when it was killed. */
  async #live(job: Job, disk: SimulatedDisk, plan: CrashPlan): Promise<boolean> {
    plan.revive()
    const chance = this.#chance
    try {
      await simulate(job, {
        seed: chance.nextInt(2 ** 31),
        disk,
        workers: 1 + chance.nextInt(3),
        batchRecords: 8,
        checkpointIntervalMs: 1 + chance.nextInt(3),
        restart: { maxRestarts: Infinity, backoff: 1 },
      })
      return true
    } catch (error) {
      if (plan.isDead) return false
      throw error
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

function broken(wrong: string, { happened }: CrashPlan, run: number): MillraceError {
  const story = happened.length === 0 ? 'Nothing had crashed.' : `It had crashed: ${happened.join('; then ')}.`
  return new MillraceError('MR_SINK_BROKEN', `${wrong} ${story} [run ${run} of the sink kit]`)
}

async function ignoring(close: () => unknown): Promise<void> {
  try {
    await close()
  } catch {
    // The run was looked at.
  }
}
