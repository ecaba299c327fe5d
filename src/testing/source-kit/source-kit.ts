import { loadOperators } from '../../../actors/registry.ts'
import { Prng } from '../../core/prng.ts'
import type { EventTimeOptions } from '../../graph/event-time.ts'
import type { Guarantee } from '../../graph/graph.ts'
import { type Job, defineJob } from '../../graph/job.ts'
import type { ConnectedSourceOptions, SourceSpec } from '../../graph/source-options.ts'
import { SimulatedDisk } from '../../host/simulation-host/simulated-storage.ts'
import { CONNECTOR_KIT_RUNS_DEFAULT } from '../../limits.ts'
import type { CrashPlan } from '../crashes/crash-plan.ts'
import { CrashSearch, broken, liveOn } from '../crashes/crash-search.ts'
import { expectationOf, findWrong } from '../crashes/expectation.ts'
import { textOf } from '../kit/kit-compare.ts'
import { seedFromEnvironment } from '../seeds.ts'
import { CommittedStore } from './committed-store.ts'
import { type SourceWatch, watchedSource } from './watched-source.ts'

/** A waiting source of the source kit that is not polled for so long has forgotten to wake its actor. */
const STUCK_MS_DEFAULT = 60_000
/** Records that a source may have read and not handed out. */
const AHEAD_RECORDS_DEFAULT = 10_000
/** Restarts at records, spread over all of them. */
const RECORD_RESTARTS_MAX = 20

/** A source that begins at its beginning, and what it reads. */
export interface SourceUnderTest<T> {
  readonly source: SourceSpec<T>
  /** Of a source without an end: fulfilled when all of its records are where they should be; then the kit ends it. Rejected: the run has failed with that. */
  readonly over?: PromiseLike<unknown>
  /** Records that whoever is read has given so far: bounds how far the source reads ahead. */
  readonly given?: () => number
  /** The run is over. */
  readonly close?: () => unknown
}

export interface SourceKitOptions<T> {
  /** Which split a record is of: those of one come in their order. Default: order is not looked at. Not for sources that state less than 'exactly-once'. */
  readonly split?: (record: T) => string | number
  /** Event time, and how far records of a split are out of order: none may be behind the watermark. Default: untimed. */
  readonly eventTime?: (record: T) => number
  readonly disorderMs?: number
  readonly idleAfterMs?: number
  /** The input has bad items: they are left out, as by `onError: 'skip'`. Default false. */
  readonly skipsBad?: boolean
  /** With `given`: records that may have been read ahead. Default 10,000. */
  readonly aheadRecords?: number
  /** Real time after which a source that waits has been forgotten. Default 60,000. */
  readonly stuckMs?: number
  /** Runs with several crashes at random, behind those with one crash at each step. Default 20. */
  readonly runs?: number
  /** Default: MILLRACE_SEED of the environment, else 1. */
  readonly seed?: number | string
}

export interface SourceKitResult {
  readonly runs: number
  /** By step of the source how often it crashed there; 'record': behind the source, at a record. */
  readonly crashes: Readonly<Record<string, number>>
}

/**
 * Tries whether a source keeps the guarantee that it states: simulated jobs read it and commit its records with their checkpoints. They crash at records, before and behind each step of the
 * source, with an error and with the end of the process, and several times at random; what follows goes on from the last complete checkpoint with another number of workers, and so of instances.
 * Besides, the rules of docs/sources.md are looked after: one batch a poll, none of a closed split, one owner a split, no record behind the watermark, no wait without a wake, bounded reading ahead.
 *
 * @param open a source that begins anew; called for each run
 * @param records all that it reads, those of a split in their order; no two alike
 * @throws MillraceError MR_SOURCE_BROKEN naming the rule, or the records that were lost, repeated or are others, and the steps at which the run had crashed
 * @example
 * ```ts
 * await sourceKit(() => ({ source: ownSource({ topic: 'orders' }) }), orders, { split: ({ partition }) => partition })
 * ```
 */
export async function sourceKit<T>(
  open: () => SourceUnderTest<T> | PromiseLike<SourceUnderTest<T>>,
  records: readonly T[],
  options: SourceKitOptions<T> = {},
): Promise<SourceKitResult> {
  const { seed = seedFromEnvironment() ?? 1, runs = CONNECTOR_KIT_RUNS_DEFAULT } = options
  const chance = new Prng(seed)
  const kit = new SourceKit(open, records, options, chance)
  const search = new CrashSearch(chance, (plan, run) => kit.run(plan, run))
  await search.eachStep({ step: 'record', when: 'before', call: Math.ceil(records.length / 2), how: 'killed' })
  const restarts = Math.min(records.length, RECORD_RESTARTS_MAX)
  for (let i = 0; i < restarts; i++) {
    const call = 1 + Math.floor((i * records.length) / restarts)
    await search.run([{ step: 'record', when: 'before', call, how: i % 2 === 0 ? 'killed' : 'throws' }])
  }
  await search.atRandom(runs)
  return { runs: search.runs, crashes: Object.fromEntries(search.crashes) }
}

type OpenSource<T> = () => SourceUnderTest<T> | PromiseLike<SourceUnderTest<T>>

class SourceKit<T> {
  readonly #open: OpenSource<T>
  readonly #records: readonly T[]
  readonly #options: SourceKitOptions<T>
  readonly #chance: Prng

  constructor(open: OpenSource<T>, records: readonly T[], options: SourceKitOptions<T>, chance: Prng) {
    this.#open = open
    this.#records = records
    this.#options = options
    this.#chance = chance
  }

  async run(plan: CrashPlan, run: number): Promise<void> {
    const tested = await this.#open()
    const { source } = tested
    const definition = source.definition ?? (await loadOperators([source.kind])).get(source.kind)!
    const ending = new Ending(tested.over)
    const watch = this.#watch(plan, tested, ending, run)
    const store = new CommittedStore<T>()
    const job = this.#jobFor(
      watchedSource(source, definition, () => watch),
      store,
      plan,
    )
    const fail = (wrong: string): never => {
      throw broken('MR_SOURCE_BROKEN', wrong, plan, run)
    }
    try {
      await liveOn(job, new SimulatedDisk(), plan, this.#chance, async (finished) => {
        await plan.closeAbandoned()
        const wrong = this.#wrong(store.shown, plan.happened.length === 0 ? 'exactly-once' : source.guarantee, finished)
        if (wrong !== null) fail(wrong)
      })
    } catch (error) {
      if (ending.failure !== null) throw ending.failure.thrown
      if (watch.broken !== null) fail(`${watch.broken}.`)
      throw error
    } finally {
      await plan.closeAbandoned()
      await tested.close?.()
    }
  }

  #watch(plan: CrashPlan, { given }: SourceUnderTest<T>, ending: Ending, run: number): SourceWatch {
    const { eventTime = null, stuckMs = STUCK_MS_DEFAULT, aheadRecords = AHEAD_RECORDS_DEFAULT } = this.#options
    let ran = 0
    const watch: SourceWatch = {
      plan,
      eventTime,
      stuckMs,
      isOver: () => ending.isOver,
      onWake: (wake) => void ending.wakes.push(wake),
      onRecords: (count) => {
        // After a restart some are read again.
        if (run === 0 && given !== undefined && given() - ran > aheadRecords)
          watch.broken ??= `It has read ${given() - ran} records ahead, more than ${aheadRecords}`
        ran += count
      },
      broken: null,
      snapshots: new Map(),
    }
    return watch
  }

  #wrong(shown: readonly T[], guarantee: Guarantee, finished: boolean): string | null {
    const wrong = findWrong('source', expectationOf(guarantee, this.#records, {}), shown, finished)
    const { split } = this.#options
    if (wrong !== null || split === undefined || guarantee !== 'exactly-once') return wrong
    const orders = [this.#records, shown].map((records) => {
      const bySplit = new Map<string | number, string[]>()
      for (const record of records) bySplit.set(split(record), [...(bySplit.get(split(record)) ?? []), textOf(record)])
      return bySplit
    })
    for (const [name, texts] of orders[1]!) {
      const wanted = orders[0]!.get(name)!
      const at = texts.findIndex((text, i) => text !== wanted[i])
      if (at !== -1) return `The source gave ${texts[at]} of split ${name} where ${wanted[at]} is next.`
    }
    return null
  }

  #jobFor(source: SourceSpec<T>, store: CommittedStore<T>, plan: CrashPlan): Job {
    const { eventTime, disorderMs, idleAfterMs, skipsBad = false } = this.#options
    const time = eventTime === undefined ? {} : { eventTime, ...(disorderMs !== undefined && { disorderMs }) }
    const options = { ...time, ...(idleAfterMs !== undefined && { idleAfterMs }), ...(skipsBad && { onError: 'skip' as const }) }
    return defineJob(
      { url: 'file:///source-kit.js' },
      {
        name: 'source-kit',
        build: (context) => {
          const stream = context.source.from('records', source, options as ConnectedSourceOptions<T> & EventTimeOptions<T>)
          const { parallelism } = source
          stream
            .map((record) => plan.call('record', 0, () => record))
            .to(store.sink, typeof parallelism === 'number' ? { parallelism } : {})
        },
      },
    ) as unknown as Job
  }
}

/** When an endless source is to end. */
class Ending {
  isOver = false
  failure: { readonly thrown: unknown } | null = null
  /** Of all instances there were: those of earlier attempts do nothing. */
  readonly wakes: (() => void)[] = []

  constructor(over: PromiseLike<unknown> | undefined) {
    over?.then(
      () => this.#end(),
      (thrown: unknown) => {
        this.failure = { thrown }
        this.#end()
      },
    )
  }

  #end(): void {
    this.isOver = true
    for (const wake of this.wakes) wake()
  }
}
