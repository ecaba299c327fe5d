import type { Key } from '../core/key-hash.ts'
import type { OperatorOptions } from './graph-builder.ts'
import type { Stream } from './stream.ts'

/** A stream of any records: what depends on their type makes streams invariant in it, and that of no records, `never`, is nobody's `any`. */
// oxlint-disable-next-line typescript/no-explicit-any -- the one type that stands for all others, but for never
export type AnyStream = Stream<any> | Stream<never>
/** Type of the records of a stream. */
export type StreamRecord<S> = S extends Stream<infer T> ? T : never
/** Names of the fields of T that can be keys. */
export type KeyField<T> = T extends unknown ? { [F in keyof T & string]: T[F] extends Key ? F : never }[keyof T & string] : never
/** Type of the key that a field gives. */
export type FieldKey<T, F> = F extends keyof T ? Extract<T[F], Key> : Key

/** How {@link Stream.sample} chooses: every nth record of each instance, or each record with a probability. */
export type Sampling = { readonly every: number } | { readonly ratio: number; readonly seed?: number | string }

export interface SplitOptions<R extends string> extends OperatorOptions {
  /** Name of one more branch, for the records that no predicate takes. Default: they are dropped. */
  readonly rest?: R
}
