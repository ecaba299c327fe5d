import { onlyKnown } from '../core/known-options.ts'
import { MillraceError } from '../errors.ts'
import { MERGE_BUFFER_RECORDS_DEFAULT } from '../limits.ts'
import type { ChooseChannel, Partitioning } from '../actor/partitioning.ts'
import { checkFunction } from './check-function.ts'
import * as check from './check-options.ts'
import { type EventTimeOptions, eventTimeSpec } from './event-time.ts'
import { type GraphBuilder, OPERATOR_OPTIONS, type OperatorOptions } from './graph-builder.ts'
import { type InputEdge, type OperatorNode, type Origin, type Parallelism, outputOf } from './graph.ts'
import { checkLateRecords } from './joins.ts'
import { definitionSite } from './site.ts'
import type { Stream } from './stream.ts'
import type { WindowOutput } from './windowed-stream.ts'

export interface MergeByTimeOptions<L extends 'drop' | 'output' = 'drop'> extends OperatorOptions {
  /** Records that wait for the watermark, in each instance; with more the job fails with MR_BUFFER_FULL. Default 1,000,000. */
  readonly bufferRecordsMax?: number
  /** Records behind the watermark: 'drop' (default), or 'output': a stream of their own beside the results. */
  readonly lateRecords?: L
}

const TIMING_OPTIONS = { ...OPERATOR_OPTIONS, disorderMs: 1, watermarks: 1, idleAfterMs: 1 } as const

/** Where the records of a stream go, and in which order of time. */
export abstract class PlacedStream<in out T> {
  /** @internal */
  protected readonly builder: GraphBuilder
  readonly #edges: readonly InputEdge[]

  /** @internal Streams are made by sources and operators. */
  constructor(builder: GraphBuilder, edges: readonly InputEdge[]) {
    this.builder = builder
    this.#edges = edges
  }

  /** Each batch to the instance of the next operator with the most credit: the least busy one. */
  rebalance(): Stream<T> {
    return this.#spread({ type: 'rebalance' })
  }

  /** Each record to the next instance of the next operator, in turn: as even as can be, whatever they are busy with. */
  roundRobin(): Stream<T> {
    return this.#spread({ type: 'roundRobin' })
  }

  /** Each record to every instance of the next operator. */
  broadcast(): Stream<T> {
    return this.#spread({ type: 'broadcast' })
  }

  /**
   * Instance i to instance i of the next operator. That is what happens without it, too, where both have equally many; with it, a job
   * in which they have not is refused.
   */
  forward(): Stream<T> {
    return this.#spread({ type: 'forward', strict: true })
  }

  /**
   * Each record to the instance of the next operator that `choose(record, channels)` names: an integer of 0 to `channels` - 1. It must depend on
   * nothing but its arguments, so that all senders agree. Anything else that it returns fails the job with MR_PARTITION_INVALID.
   */
  partitionBy(choose: ChooseChannel<T>): Stream<T> {
    return this.#spread({ type: 'custom', choose: checkFunction(choose, 'partitionBy') })
  }

  /**
   * Each stretch of `bucketMs` of time to one instance of the next operator, the next stretch to the next one. 'event': by the records' event
   * times, of which each must have one; 'arrival': by the clock of the sender.
   *
   * @throws MillraceError MR_OPTION_INVALID
   */
  partitionByTime(options: { readonly bucketMs: number; readonly by: 'event' | 'arrival' }): Stream<T> {
    return this.#spread({ type: 'time', ...check.timeBuckets(options, definitionSite(this.partitionByTime)) })
  }

  /**
   * Gives the records their event times, and the stream its watermarks, where the source cannot: after parsing, for example. What the records had before is
   * replaced.
   *
   * @throws MillraceError MR_OPTION_INVALID
   */
  withEventTime(
    eventTime: (record: T) => number,
    options?: Omit<EventTimeOptions<T>, 'eventTime' | 'alignment'> & OperatorOptions,
  ): Stream<T> {
    const site = definitionSite(this.withEventTime)
    if (options !== undefined && 'alignment' in options)
      throw new MillraceError('MR_OPTION_INVALID', 'withEventTime: alignment is for sources, which can wait', { site })
    onlyKnown('withEventTime', options, TIMING_OPTIONS, site)
    const { disorderMs, watermarks, idleAfterMs, ...own } = options ?? {}
    const spec = eventTimeSpec(
      { disorderMs, watermarks, idleAfterMs, eventTime: checkFunction(eventTime, 'withEventTime') } as EventTimeOptions<never>,
      'withEventTime',
      site,
    )
    return this.builder.flows.stream<T>([outputOf(this.#append('eventTime', this.parallelism(), spec, own, site))])
  }

  /**
   * The records in the order of their event times, whatever channels they came by: gathered to one instance (or, with `parallelism`, merged in each), where they
   * wait until the watermark has come to them.
   *
   * @throws MillraceError MR_OPTION_INVALID; MR_GRAPH_INVALID, when the plan is made, for a stream without event times
   */
  mergeByTime<L extends 'drop' | 'output' = 'drop'>(options?: MergeByTimeOptions<L>): WindowOutput<T, T, L> {
    const site = definitionSite(this.mergeByTime)
    onlyKnown('mergeByTime', options, { ...OPERATOR_OPTIONS, bufferRecordsMax: 1, lateRecords: 1 }, site)
    const { bufferRecordsMax = MERGE_BUFFER_RECORDS_DEFAULT, lateRecords, ...own } = options ?? {}
    checkLateRecords(lateRecords, 'mergeByTime', site)
    if (!Number.isSafeInteger(bufferRecordsMax) || bufferRecordsMax < 1)
      throw new MillraceError('MR_OPTION_INVALID', `bufferRecordsMax=${String(bufferRecordsMax)} is not a number of records`, { site })
    const node = this.#append('mergeByTime', 1, { needsEventTime: true, bufferRecordsMax }, own, site)
    const results = this.builder.flows.stream<T>([outputOf(node)])
    const output = lateRecords === 'output' ? { results, late: this.builder.flows.stream<T>([outputOf(node, 'late')]) } : results
    return output as WindowOutput<T, T, L>
  }

  /** @internal */
  edges(): readonly InputEdge[] {
    return this.#edges
  }

  #append(kind: string, parallelism: Parallelism, spec: object, options: OperatorOptions, site: string): OperatorNode {
    return this.builder.add({ kind, inputs: this.#edges, parallelism, spec: { ...spec }, options, site })
  }

  #spread(partitioning: Partitioning): Stream<T> {
    const edges = this.origins(partitioning.type, undefined).map((origin) => ({ ...origin, partitioning }))
    return this.builder.flows.stream<T>(edges)
  }

  /** @internal Without how they are spread, for operators that spread the records themselves; a broadcast would be lost on them. */
  protected origins(operator: string, site: string | undefined): Origin[] {
    if (this.#edges.some(({ partitioning }) => partitioning.type === 'broadcast')) {
      throw new MillraceError(
        'MR_GRAPH_INVALID',
        `broadcast() has no effect in front of ${operator}, which spreads the records anew: put an operator between them`,
        site === undefined ? {} : { site },
      )
    }
    return this.#edges.map(({ from, output }) => ({ from, output }))
  }

  /** @internal */
  protected parallelism(): Parallelism {
    if (this.#edges.some(({ partitioning }) => partitioning.type !== 'forward')) return 'workers'
    const all = this.#edges.map(({ from }) => this.builder.node(from).parallelism)
    return all.every((p) => p === all[0]) ? all[0]! : 'workers'
  }
}
