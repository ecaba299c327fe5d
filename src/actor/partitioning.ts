import type { Key } from '../core/key-hash.ts'

/** The key of a record: the name of a field, or a function. */
export type KeySelector<T = never> = string | ((record: T) => Key)

/** How the records of an edge are spread over the instances of the receiving operator. */
export type Partitioning =
  /** Instance i to instance i; on one worker and fused where nothing else forbids it. */
  | { readonly type: 'forward' }
  /** By key group: all records of one key reach one instance. */
  | { readonly type: 'hash'; readonly key: KeySelector }
  /** Batches in turn, to whoever has credit. */
  | { readonly type: 'rebalance' }
  /** Everything to instance 0. */
  | { readonly type: 'gather' }
  /** The sending operator is a combiner and routes its partial accumulators itself. */
  | { readonly type: 'combined' }
