import type { Key } from '../core/key-hash.ts'
import type { AsyncCall } from './async-options.ts'
import { checkFunction } from './check-function.ts'
import * as check from './check-options.ts'
import { CheckpointedStream } from './checkpointed-stream.ts'
import { outputOf } from './graph.ts'
import { otherSide } from './joins.ts'
import type { KeyedStream } from './keyed-stream.ts'
import { type Latest, type LatestJoinOptions, latestSpec } from './latest-joins.ts'
import { type LookupOptions, lookupSpec } from './lookup-options.ts'
import { definitionSite } from './site.ts'
import type { Stream } from './stream.ts'
import type { FieldKey, KeyField } from './stream-types.ts'

/** What is added to the records of a stream, wherever they are. */
export abstract class EnrichedStream<in out T> extends CheckpointedStream<T> {
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
    const other = otherSide(small, 'joinBroadcast', site)
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

  /**
   * Joins each record with what a service or a database says of its key, by way of a promise: `orders.lookup('customer', (id) => db.customer(id), (order, customer) => ...)`. Like
   * `mapAsync`, with a cache in each instance; records that want the same key at the same time share one call. The cache is no state: after a restart it is empty.
   *
   * @param key of the records: a field, or a function
   * @param fetch must give up when `call.signal` says so. What fails is not kept.
   * @throws MillraceError MR_OPTION_INVALID, MR_GRAPH_INVALID
   */
  lookup<F extends KeyField<T>, V, R>(
    key: F,
    fetch: (key: FieldKey<T, F>, call: AsyncCall) => Promise<V> | V,
    fn: (record: T, value: V) => R,
    options?: LookupOptions,
  ): Stream<R>
  lookup<K extends Key, V, R>(
    key: (record: T) => K,
    fetch: (key: K, call: AsyncCall) => Promise<V> | V,
    fn: (record: T, value: V) => R,
    options?: LookupOptions,
  ): Stream<R>
  lookup(key: unknown, fetch: unknown, fn: unknown, options?: LookupOptions): unknown {
    const site = definitionSite(this.lookup)
    check.key(key, 'lookup', site)
    const { spec, own } = lookupSpec(options ?? {}, site)
    const node = this.builder.add({
      kind: 'lookup',
      inputs: this.edges(),
      parallelism: this.parallelism(),
      spec: { ...spec, key, fetch: checkFunction(fetch, 'lookup'), fn: checkFunction(fn, 'lookup') },
      options: own,
      site,
    })
    return this.builder.flows.stream([outputOf(node)])
  }
}
