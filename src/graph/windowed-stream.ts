import { onlyKnown } from '../core/known-options.ts'
import { MillraceError } from '../errors.ts'
import type { KeySelector } from '../actor/partitioning.ts'
import { AggregateBuilder, type AggregateResult, type AggregateSpecs } from '../state/aggregates.ts'
import * as triggers from '../time/triggers.ts'
import type { Trigger } from '../time/triggers.ts'
import { panesOf } from '../time/panes.ts'
import type { TimeWindow } from '../time/window-assigners.ts'
import { checkFunction } from './check-function.ts'
import type { GraphBuilder, OperatorOptions } from './graph-builder.ts'
import { type Origin, outputOf } from './graph.ts'
import { definitionSite } from './site.ts'
import type { Stream } from './stream.ts'
import { type WindowAssigner, type WindowBound, checkTrigger } from './windows.ts'

export type { WindowAssigner, WindowBound } from './windows.ts'

/** What becomes of records that came too late. */
export type LateRecords = 'drop' | 'output'

/** How windows behave. `L` is 'output' where late records are wanted. */
export interface WindowOptions<in T, L extends LateRecords = 'drop'> {
  /** What the windows go by: the records' event time, which the stream must have, or the clock when a record arrives. Default 'event'. */
  readonly time?: 'event' | 'processing'
  /**
   * How long a window is kept once the watermark has come to its end, in ms of event time: a record that comes until then makes it fire again at once, with all
   * that it holds. Default 0.
   */
  readonly allowedLatenessMs?: number
  /** When results are emitted. Default: at the end of the window; for count windows, at their count; for global ones, never. */
  readonly trigger?: Trigger<T, never> | Trigger<T, unknown>
  /** 'discarding' forgets what was emitted, so that a window that fires again tells only what is new. Default 'accumulating'. */
  readonly accumulate?: 'accumulating' | 'discarding'
  /** Records that came too late for all of their windows: dropped, or a stream of their own beside the results. Default 'drop'. */
  readonly lateRecords?: L
}

/** Start and end of the window in ms, in rows of windows that have them. */
export type WindowBounds<B extends WindowBound> = B extends 'time' ? { windowStart: number; windowEnd: number } : unknown

/** The key, in rows of keyed windows. */
export type WindowKey<K> = [K] extends [never] ? unknown : { key: K }

/** A row of `aggregate`: key, window and results. */
export type WindowRow<K, B extends WindowBound, S> = Simplify<WindowKey<K> & WindowBounds<B> & AggregateResult<S>>

type Simplify<T> = { [N in keyof T]: T[N] }

/** What comes out of windows: a stream, or with `lateRecords: 'output'` two. */
export type WindowOutput<R, T, L> = [L] extends ['output'] ? { readonly results: Stream<R>; readonly late: Stream<T> } : Stream<R>

/** What a window function knows of its window. */
export interface ProcessedWindow<K> {
  /** Absent (0) for windows over all records. */
  readonly key: K
  /** From -Infinity to Infinity for windows that know no time. */
  readonly window: TimeWindow
  /** Event time that the operator has come to, in ms. */
  readonly watermark: number
}

/** What a windowed stream is made of. */
export interface WindowedDraft {
  readonly origins: readonly Origin[]
  /** Null: one group of all records. */
  readonly key: KeySelector | null
  readonly windows: WindowAssigner<never, WindowBound>
  readonly options: WindowOptions<never, LateRecords> | undefined
  readonly site: string
}

const RESERVED = ['windowStart', 'windowEnd']

/**
 * A stream divided into windows, and by key where it was keyed. Results carry the last millisecond of their window as event time, so that windows can follow
 * windows; those of windows that know no time have none.
 */
export class WindowedStream<in out T, in out K, B extends WindowBound, L extends LateRecords> {
  readonly #builder: GraphBuilder
  readonly #draft: WindowedDraft
  readonly #trigger: Trigger

  /** @internal Made by window and windowAll. */
  constructor(builder: GraphBuilder, draft: WindowedDraft) {
    this.#builder = builder
    this.#draft = draft
    this.#trigger = checkOptions(draft)
  }

  /**
   * Several aggregates per window: `a => ({ orders: a.count(), cents: a.sum('cents') })` gives rows `{ key, windowStart, windowEnd, orders, cents }`.
   *
   * @throws MillraceError MR_OPTION_INVALID for results named key, windowStart or windowEnd
   */
  aggregate<S extends AggregateSpecs>(
    define: (a: AggregateBuilder<T>) => S,
    options?: OperatorOptions,
  ): WindowOutput<WindowRow<K, B, S>, T, L> {
    const site = definitionSite(this.aggregate)
    const specs = checkFunction(define, 'aggregate')(new AggregateBuilder<T>())
    const taken = RESERVED.find((name) => Object.hasOwn(specs, name))
    if (taken !== undefined) throw new MillraceError('MR_OPTION_INVALID', `an aggregate of a window cannot be named "${taken}"`, { site })
    const windows = this.#firesOnce ? this.#draft.windows.spec : null
    if (windows?.type === 'session' && typeof windows.gapMs === 'number')
      return this.#output(this.#combined('sessionCombine', 'sessionMerge', { specs, gapMs: windows.gapMs }, options, site))
    const panes = windows === null ? null : panesOf(windows)
    if (panes !== null) return this.#output(this.#combined('windowCombine', 'windowPanes', { specs, panes }, options, site))
    return this.#output(this.#general({ type: 'aggregate', specs }, options, site))
  }

  /** Combines the records of each window two by two; the first one is taken as it is. */
  reduce(fn: (previous: T, record: T) => T, options?: OperatorOptions): WindowOutput<T, T, L> {
    const site = definitionSite(this.reduce)
    return this.#output(this.#general({ type: 'reduce', fn: checkFunction(fn, 'reduce') }, options, site))
  }

  /**
   * Keeps the records of each window and hands them to `fn` when it fires, in the order in which they came. `emit` works while `fn` runs. Where an aggregate will
   * do, it needs far less memory.
   */
  process<R>(
    fn: (records: readonly T[], window: ProcessedWindow<[K] extends [never] ? number : K>, emit: (result: R) => void) => void,
    options?: OperatorOptions,
  ): WindowOutput<R, T, L> {
    const site = definitionSite(this.process)
    return this.#output(this.#general({ type: 'process', fn: checkFunction(fn, 'process') }, options, site))
  }

  /** Every window once, at its end, and nobody asks for the records themselves: then partial accumulators may travel in their place. */
  get #firesOnce(): boolean {
    const { time, trigger, allowedLatenessMs, lateRecords } = this.#draft.options ?? {}
    return time !== 'processing' && trigger === undefined && (allowedLatenessMs ?? 0) === 0 && lateRecords !== 'output'
  }

  #output<R>(node: number): WindowOutput<R, T, L> {
    const { flows } = this.#builder
    const results = flows.stream<R>([outputOf(this.#builder.node(node))])
    if (this.#draft.options?.lateRecords !== 'output') return results as WindowOutput<R, T, L>
    return { results, late: flows.stream<T>([outputOf(this.#builder.node(node), 'late')]) } as WindowOutput<R, T, L>
  }

  /** A combiner with every sender, and an operator that merges what they send. */
  #combined(sender: string, receiver: string, given: Record<string, unknown>, options: OperatorOptions | undefined, site: string): number {
    const { origins, key } = this.#draft
    const spec = { ...given, key }
    const combiners = origins.map(({ from, output }, i) => {
      const named = {
        ...(options?.name !== undefined && { name: `${options.name}.combine${i === 0 ? '' : i + 1}` }),
        ...(options?.onError !== undefined && { onError: options.onError }),
      }
      const input = { from, output, partitioning: { type: 'forward' as const } }
      const { parallelism } = this.#builder.node(from)
      return this.#builder.add({
        kind: sender,
        inputs: [input],
        parallelism,
        spec: { ...spec, needsEventTime: true },
        options: named,
        site,
      }).id
    })
    return this.#builder.add({
      kind: receiver,
      inputs: combiners.map((from) => ({ from, partitioning: { type: 'combined' as const } })),
      parallelism: key === null ? 1 : 'workers',
      spec,
      options: key === null ? { ...options, parallelism: 1 } : options,
      site,
      parts: combiners,
    }).id
  }

  /** The operator that can do all of it, which gets every record. */
  #general(fn: Record<string, unknown>, options: OperatorOptions | undefined, site: string): number {
    const { origins, key, windows } = this.#draft
    const { time = 'event', allowedLatenessMs = 0 } = this.#draft.options ?? {}
    const partitioning = key === null ? { type: 'gather' as const } : { type: 'hash' as const, key }
    const { counts } = windows
    return this.#builder.add({
      kind: 'window',
      inputs: origins.map(({ from, output }) => ({ from, output, partitioning })),
      parallelism: key === null ? 1 : 'workers',
      spec: {
        key,
        windows: windows.spec,
        time,
        allowedLatenessMs,
        trigger: this.#trigger,
        function: fn,
        keepLast: counts === undefined || counts.slide === counts.size ? null : counts.size,
        needsEventTime: (windows.spec.type !== 'global' && time === 'event') || triggers.needsEventTime(this.#trigger),
      },
      options: key === null ? { ...options, parallelism: 1 } : options,
      site,
    }).id
  }
}

const WINDOW_OPTIONS = { time: 1, allowedLatenessMs: 1, trigger: 1, accumulate: 1, lateRecords: 1 } as const

/** Gives the trigger that the options ask for. */
export function checkOptions({ windows, options, site }: Pick<WindowedDraft, 'windows' | 'options' | 'site'>): Trigger {
  const refuse = (text: string): never => {
    throw new MillraceError('MR_OPTION_INVALID', text, { site })
  }
  if (windows?.spec === undefined) return refuse('window takes what window.tumbling(...), window.sliding(...) and their like make')
  onlyKnown('window', options, WINDOW_OPTIONS, site)
  const { time, allowedLatenessMs, trigger, accumulate, lateRecords } = options ?? {}
  if (time !== undefined && time !== 'event' && time !== 'processing') refuse(`time=${String(time)} is not one of 'event', 'processing'`)
  if (allowedLatenessMs !== undefined && !(typeof allowedLatenessMs === 'number' && allowedLatenessMs >= 0)) {
    refuse(`allowedLatenessMs=${String(allowedLatenessMs)} is not a number of milliseconds of 0 or more`)
  }
  if (accumulate !== undefined && accumulate !== 'accumulating' && accumulate !== 'discarding') {
    refuse(`accumulate=${String(accumulate)} is not one of 'accumulating', 'discarding'`)
  }
  if (lateRecords !== undefined && lateRecords !== 'drop' && lateRecords !== 'output') {
    refuse(`lateRecords=${String(lateRecords)} is not one of 'drop', 'output'`)
  }
  const late = time === 'processing' || windows.spec.type === 'global'
  if (late && (allowedLatenessMs !== undefined || lateRecords === 'output'))
    refuse('no record is late for windows that do not go by event time')
  if (trigger !== undefined) checkTrigger(trigger)
  if (trigger !== undefined && windows.counts !== undefined)
    refuse('count windows have a trigger of their own: use window.global() for another one')
  const chosen = (trigger as Trigger | undefined) ?? defaultTrigger(windows, time ?? 'event')
  if (windows.spec.type === 'session' && chosen.onMerge === undefined)
    refuse('sessions become one another, which this trigger cannot follow: it has no onMerge')
  return accumulate === 'discarding' ? (triggers.purging(chosen) as Trigger) : chosen
}

function defaultTrigger({ spec, counts }: WindowedDraft['windows'], time: 'event' | 'processing'): Trigger {
  if (counts !== undefined) {
    const counting = triggers.count(counts.slide)
    return (counts.slide === counts.size ? triggers.purging(counting) : counting) as Trigger
  }
  if (spec.type === 'global') return triggers.never() as Trigger
  return (time === 'event' ? triggers.eventTime() : triggers.processingTime()) as Trigger
}
