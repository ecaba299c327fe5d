/**
 * How records of one key become one value, in parts that can be made on different threads and merged.
 * `merge` must be commutative and associative, and `create()` its neutral element. Accumulators are plain data:
 * they cross threads and go into checkpoints.
 */
export interface Aggregator<In, Acc, Out> {
  /** A new accumulator of no records. */
  create(): Acc
  /** The accumulator with one record more. May change and return `acc`. */
  add(acc: Acc, record: In): Acc
  /** Both together. May change and return `a`; must neither change, keep nor return `b`. */
  merge(a: Acc, b: Acc): Acc
  /** The value of an accumulator. Must not hand out parts of it that later `add`s change. */
  result(acc: Acc): Out
}

export interface CountSpec {
  readonly kind: 'count'
}

/** `sum` of integers is exact up to 2^53. `min` and `max` are those of `Math.min` and `Math.max`: NaN wins. */
export interface FieldSpec {
  readonly kind: 'sum' | 'min' | 'max' | 'avg'
  readonly field: string
}

export interface CustomSpec<In, Acc, Out> extends Aggregator<In, Acc, Out> {
  readonly kind: 'custom'
}

/** A custom aggregate whose types are not known here. */
export type AnyCustomSpec = CustomSpec<never, unknown, unknown>

export type AggregateSpec = CountSpec | FieldSpec | AnyCustomSpec

/** Aggregates by the name of their result. */
export type AggregateSpecs = Readonly<Record<string, AggregateSpec>>

/** The results of aggregates: a number each, or what a custom aggregator's `result` returns. */
export type AggregateResult<S> = {
  -readonly [Name in keyof S]: S[Name] extends { readonly kind: 'custom'; result(acc: never): infer Out } ? Out : number
}

/** Names of the fields of `T` that always hold a number. */
export type NumericField<T> = 0 extends 1 & T
  ? string
  : { [Name in keyof T & string]-?: T[Name] extends number ? Name : never }[keyof T & string]

/** What `aggregate(a => ...)` is given: makes specifications out of calls. */
export class AggregateBuilder<T> {
  /** Number of records. */
  count(): CountSpec {
    return { kind: 'count' }
  }

  /** Sum of a numeric field. Exact for integers up to 2^53. */
  sum(field: NumericField<T>): FieldSpec {
    return { kind: 'sum', field }
  }

  /** Smallest value of a numeric field. */
  min(field: NumericField<T>): FieldSpec {
    return { kind: 'min', field }
  }

  /** Largest value of a numeric field. */
  max(field: NumericField<T>): FieldSpec {
    return { kind: 'max', field }
  }

  /** Arithmetic mean of a numeric field. */
  avg(field: NumericField<T>): FieldSpec {
    return { kind: 'avg', field }
  }

  /** An aggregate of your own. Its methods are called on `aggregator` itself, which may be an instance of a class. */
  custom<Acc, Out>(aggregator: Aggregator<T, Acc, Out>): CustomSpec<T, Acc, Out> {
    // Functions of a literal are called as they are: a wrapper would be one text for all aggregates, whose type feedback they would share.
    if (Object.getPrototypeOf(aggregator) === Object.prototype) return { ...aggregator, kind: 'custom' }
    return {
      kind: 'custom',
      create: () => aggregator.create(),
      add: (acc, record) => aggregator.add(acc, record),
      merge: (a, b) => aggregator.merge(a, b),
      result: (acc) => aggregator.result(acc),
    }
  }
}
