import type { Key } from '../core/key-hash.ts'
import * as check from './check-options.ts'
import { outputOf } from './graph.ts'
import type { KeyedStream } from './keyed-stream.ts'
import { type Latest, type LatestJoinOptions, latestSpec } from './latest-joins.ts'
import { PlacedStream } from './placed-stream.ts'
import { definitionSite } from './site.ts'
import type { Stream } from './stream.ts'
import type { KeyField } from './stream-types.ts'

/** What is added to the records of a stream, wherever they are. */
export abstract class EnrichedStream<in out T> extends PlacedStream<T> {
  /**
   * Joins each record with the latest one of a small stream that has its key, as they come; every instance keeps all of the small stream, so that the records of this one
   * stay where they are: `orders.joinBroadcast(countries.keyBy('code'), 'country', (order, country) => ...)`. Results have the event time of their record.
   *
   * @param key of the records of this stream: a field, or a function
   * @throws MillraceError MR_OPTION_INVALID, MR_GRAPH_INVALID
   */
  joinBroadcast<U, K extends Key, R, J extends 'inner' | 'left' = 'inner'>(
    small: KeyedStream<U, K>,
    key: KeyField<T> | ((record: T) => K),
    fn: (record: T, latest: Latest<U, J>) => R,
    options?: LatestJoinOptions<U, J>,
  ): Stream<R> {
    const site = definitionSite(this.joinBroadcast)
    check.key(key, 'joinBroadcast', site)
    const { spec, own } = latestSpec(options, fn, 'joinBroadcast', site)
    const other = small.joinSide()
    const broadcast = other.origins.map(({ from, output }) => ({ from, output, partitioning: { type: 'broadcast' as const }, input: 1 }))
    const node = this.builder.add({
      kind: 'joinBroadcast',
      inputs: [...this.edges(), ...broadcast],
      parallelism: this.parallelism(),
      spec: { leftKey: key, rightKey: other.key, ...spec },
      options: own,
      site,
    })
    return this.builder.flows.stream<R>([outputOf(node)])
  }
}
