import type { Key } from '../core/key-hash.ts'

/** The key of a record: the name of a field, or a function. */
export type KeySelector<T = never> = string | ((record: T) => Key)

/** The channel of a record: an integer of 0 to `channels` - 1, one for each instance of the receiving operator. */
export type ChooseChannel<T = never> = (record: T, channels: number) => number

/** How the records of an edge are spread over the instances of the receiving operator. */
export type Partitioning =
  /** Instance i to instance i; on one worker and fused where nothing else forbids it. */
  | {
      readonly type: 'forward'
      /** The user asked for it, so another number of instances is refused instead of rebalanced. */
      readonly strict?: true
    }
  /** By key group: all records of one key reach one instance. */
  | { readonly type: 'hash'; readonly key: KeySelector }
  /** Each batch to the instance with the most credit. */
  | { readonly type: 'rebalance' }
  /** Each record to the next instance. */
  | { readonly type: 'roundRobin' }
  /** Each record to every instance. */
  | { readonly type: 'broadcast' }
  /** To the instance that a function of the user names. */
  | { readonly type: 'custom'; readonly choose: ChooseChannel }
  /** Each stretch of `bucketMs` to one instance, the next stretch to the next one. */
  | { readonly type: 'time'; readonly bucketMs: number; readonly by: 'event' | 'arrival' }
  /** Everything to instance 0. */
  | { readonly type: 'gather' }
  /** The sending operator is a combiner and routes its partial accumulators itself. */
  | { readonly type: 'combined' }
