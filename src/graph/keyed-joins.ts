import { onlyKnown } from '../core/known-options.ts'
import type { Key } from '../core/key-hash.ts'
import { checkFunction } from './check-function.ts'
import { type GraphBuilder, OPERATOR_OPTIONS } from './graph-builder.ts'
import { outputOf } from './graph.ts'
import {
  type Interval,
  type JoinOptions,
  type JoinOutput,
  type JoinSide,
  type JoinTimes,
  checkLateRecords,
  intervalSpec,
  joinEdges,
  joinOutput,
  otherSide,
} from './joins.ts'
import type { KeyedStream } from './keyed-stream.ts'
import { type Latest, type LatestJoinOptions, latestSpec } from './latest-joins.ts'
import { definitionSite } from './site.ts'
import type { Stream } from './stream.ts'
import { CoGroup, type JoinType, WindowJoin, type WindowJoinOptions } from './window-joins.ts'
import type { LateRecords, WindowAssigner, WindowOptions } from './windowed-stream.ts'

/** Joins of two keyed streams: records of the same key come together. */
export abstract class KeyedJoins<in out T, in out K extends Key> {
  readonly #builder: GraphBuilder
  readonly #side: JoinSide

  /** @internal */
  constructor(builder: GraphBuilder, side: JoinSide) {
    this.#builder = builder
    this.#side = side
  }

  /** @internal */
  joinSide(): JoinSide {
    return this.#side
  }

  /**
   * Joins each record with those of the other stream that have its key and happened near it: `orders.keyBy('id').intervalJoin(payments.keyBy('order'),
   * { lowerMs: 0, upperMs: 60_000 }, (order, payment) => ...)` finds payments within a minute of their order. One result for each pair, as soon as both are there; its
   * event time is the later one of the two. Records are kept until the watermark says that nothing can come for them. A record behind the watermark is late.
   *
   * @throws MillraceError MR_OPTION_INVALID; MR_GRAPH_INVALID, when the plan is made, for a stream without event times
   */
  intervalJoin<U, R, L extends LateRecords = 'drop'>(
    right: KeyedStream<U, K>,
    interval: Interval,
    fn: (left: T, right: U, times: JoinTimes) => R,
    options?: JoinOptions<L>,
  ): JoinOutput<R, T, U, L> {
    const site = definitionSite(this.intervalJoin)
    onlyKnown('intervalJoin', options, { ...OPERATOR_OPTIONS, lateRecords: 1 }, site)
    const { lateRecords, ...own } = options ?? ({} as JoinOptions<L>)
    checkLateRecords(lateRecords, 'intervalJoin', site)
    const other = otherSide(right, 'intervalJoin', site)
    const node = this.#builder.add({
      kind: 'intervalJoin',
      inputs: joinEdges(this.#side, other),
      parallelism: 'workers',
      spec: {
        leftKey: this.#side.key,
        rightKey: other.key,
        ...intervalSpec(interval, site),
        fn: checkFunction(fn, 'intervalJoin'),
        needsEventTime: true,
      },
      options: own,
      site,
    })
    return joinOutput(this.#builder, node, lateRecords)
  }

  /**
   * Joins records of the same key that fall into the same window, when it ends: `persons.keyBy('id').join(auctions.keyBy('seller'), window.tumbling({ sizeMs: 10_000 }),
   * { type: 'left' }).apply((person, auction) => ...)` gives every pair, and persons without an auction with null in its place. The options of windows hold for both sides.
   *
   * @throws MillraceError MR_OPTION_INVALID; MR_GRAPH_INVALID, when the plan is made, for a stream without event times
   */
  join<U, J extends JoinType = 'inner', L extends LateRecords = 'drop'>(
    right: KeyedStream<U, K>,
    windows: WindowAssigner<T | U, 'time'>,
    options?: WindowJoinOptions<T | U, J, L>,
  ): WindowJoin<T, U, K, J, L> {
    const site = definitionSite(this.join)
    return new WindowJoin(this.#builder, {
      operator: 'join',
      left: this.#side,
      right: otherSide(right, 'join', site),
      windows,
      options,
      site,
    })
  }

  /** The same with all records of a key and window at once, and any number of results: see {@link CoGroup.apply}. */
  coGroup<U, L extends LateRecords = 'drop'>(
    right: KeyedStream<U, K>,
    windows: WindowAssigner<T | U, 'time'>,
    options?: WindowOptions<T | U, L>,
  ): CoGroup<T, U, K, L> {
    const site = definitionSite(this.coGroup)
    return new CoGroup(this.#builder, {
      operator: 'coGroup',
      left: this.#side,
      right: otherSide(right, 'coGroup', site),
      windows,
      options,
      site,
    })
  }

  /**
   * Joins each record with the latest one of the other stream that has its key, as they come: `orders.keyBy('customer').joinLatest(customers.keyBy('id'), (order, customer) =>
   * ...)`. What the other stream says later changes no result. The latest record of every key is kept. Results have the event time of their record.
   *
   * @throws MillraceError MR_OPTION_INVALID
   */
  joinLatest<U, R, J extends 'inner' | 'left' = 'inner'>(
    right: KeyedStream<U, K>,
    fn: (record: T, latest: Latest<U, J>) => R,
    options?: LatestJoinOptions<U, J>,
  ): Stream<R> {
    return this.#latest('joinLatest', right, fn, options, false, definitionSite(this.joinLatest))
  }

  /**
   * Joins each record with the version of its key that was valid at its event time: the last record of the other stream with that time or an earlier one. A record waits until
   * the watermark has come to its time; versions are kept for as long as a record may need them.
   *
   * @throws MillraceError MR_OPTION_INVALID; MR_GRAPH_INVALID, when the plan is made, for a stream without event times
   */
  joinTemporal<U, R, J extends 'inner' | 'left' = 'inner'>(
    right: KeyedStream<U, K>,
    fn: (record: T, version: Latest<U, J>) => R,
    options?: LatestJoinOptions<U, J>,
  ): Stream<R> {
    return this.#latest('joinTemporal', right, fn, options, true, definitionSite(this.joinTemporal))
  }

  #latest<R>(
    kind: string,
    right: { joinSide(): JoinSide },
    fn: unknown,
    options: LatestJoinOptions<never, 'inner' | 'left'> | undefined,
    needsEventTime: boolean,
    site: string,
  ): Stream<R> {
    const { spec, own } = latestSpec(options, fn, kind, site)
    const other = otherSide(right, kind, site)
    const node = this.#builder.add({
      kind,
      inputs: joinEdges(this.#side, other),
      parallelism: 'workers',
      spec: { leftKey: this.#side.key, rightKey: other.key, ...spec, needsEventTime },
      options: own,
      site,
    })
    return this.#builder.flows.stream<R>([outputOf(node)])
  }
}
