import type { Key } from '../core/key-hash.ts'
import { checkFunction } from './check-function.ts'
import type { GraphBuilder } from './graph-builder.ts'
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
} from './joins.ts'
import type { KeyedStream } from './keyed-stream.ts'
import { definitionSite } from './site.ts'
import type { LateRecords } from './windowed-stream.ts'

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
    const { lateRecords, ...own } = options ?? ({} as JoinOptions<L>)
    checkLateRecords(lateRecords, 'intervalJoin', site)
    const other = right.joinSide()
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
}
