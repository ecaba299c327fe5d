import type { PrimitiveKey } from '../core/key.ts'
import type { Aggregator } from './aggregates.ts'

/** How long values live, by the clock of the worker. An expired value is never returned, whether it was cleaned up yet or not. */
export interface TimeToLive {
  /** Time that a value lives, in ms. Elements of lists and entries of maps live each for themselves. */
  readonly ms: number
  /** What begins that time anew. Default 'onWrite'. */
  readonly refresh?: 'onWrite' | 'onReadAndWrite'
}

export interface StateOptions<V> {
  /** Default: values stay until they are cleared. */
  readonly ttl?: TimeToLive
  /** Version of what is stored, an integer. Raise it when the form of the values changes. Default 1. */
  readonly version?: number
  /**
   * Turns a value (of lists: an element, of maps: the value of an entry, of aggregates: the accumulator) that an earlier version has stored into one of this
   * version. Without it a checkpoint of another version is refused with MR_STATE_INCOMPATIBLE.
   */
  readonly migrate?: (old: never, fromVersion: number) => V
}

export interface ValueOptions<T> extends StateOptions<T> {
  /** What `get()` returns where nothing was set, in place of undefined. */
  readonly default?: T
}

export type StateType = 'value' | 'list' | 'map' | 'reducing' | 'aggregating'

/** Says what a keyed actor keeps for each key under a name. Made by {@link value}, {@link list}, {@link map}, {@link reducing}, {@link aggregating}. */
export interface StateSpec<Handle> {
  readonly stateType: StateType
  readonly options: StateOptions<never>
  /** Functions and the default, by type. */
  readonly more?: unknown
  /** Only for the compiler: what the context's `state` has under the name. */
  readonly types?: { readonly handle: Handle }
}

/** The state of a keyed actor, by name. */
export type StateSpecs = Readonly<Record<string, StateSpec<unknown>>>

export type NoStates = {}

/** The handles of specified states, by name. */
export type StatesOf<S> = { readonly [N in keyof S]: S[N] extends StateSpec<infer Handle> ? Handle : never }

/** One value per key. What is set is copied; what is read is frozen, outside of production, and must not be changed. */
export interface ValueState<T, Absent = undefined> {
  /** The value; where none was set (or it has expired), the default, or undefined. */
  get(): T | Absent
  /** Sets the value; `undefined` clears it. @throws MillraceError MR_RECORD_NOT_SERIALIZABLE for what is not plain data */
  set(value: T): void
  /** Sets what `fn` makes of {@link get}. */
  update(fn: (value: T | Absent) => T): void
  /** True where a value is set. */
  has(): boolean
  clear(): void
}

/** A list per key. Elements are copied when they come in. */
export interface ListState<T> extends Iterable<T> {
  readonly length: number
  /** The elements, in a new array. Empty where there are none. */
  get(): T[]
  add(...elements: readonly T[]): void
  /** Replaces all elements. */
  set(elements: readonly T[]): void
  clear(): void
}

/** A map per key. Its keys are strings, finite numbers, bigints or booleans; its values are copied when they come in. */
export interface MapState<K, V> extends Iterable<[K, V]> {
  readonly size: number
  get(key: K): V | undefined
  has(key: K): boolean
  set(key: K, value: V): void
  /** True when there was such an entry. */
  delete(key: K): boolean
  keys(): IterableIterator<K>
  values(): IterableIterator<V>
  entries(): IterableIterator<[K, V]>
  clear(): void
}

/** One value per key into which others are merged by a function. */
export interface ReducingState<T> {
  add(value: T): void
  get(): T | undefined
  clear(): void
}

/** One accumulator per key. */
export interface AggregatingState<In, Out> {
  add(value: In): void
  /** The result so far; undefined where nothing was added. */
  get(): Out | undefined
  clear(): void
}

/** What a state of {@link aggregating} is made of. */
export type StateAggregator<In, Acc, Out> = Omit<Aggregator<In, Acc, Out>, 'merge'> & Partial<Pick<Aggregator<In, Acc, Out>, 'merge'>>

/** One value per key. */
export function value<T>(options: ValueOptions<T> & { readonly default: T }): StateSpec<ValueState<T, never>>
export function value<T>(options?: StateOptions<T>): StateSpec<ValueState<T>>
export function value<T>(options: ValueOptions<T> = {}): StateSpec<ValueState<T>> {
  const { default: initial, ...rest } = options
  return { stateType: 'value', options: rest as StateOptions<never>, more: initial }
}

/** A list of elements per key. */
export function list<T>(options: StateOptions<T> = {}): StateSpec<ListState<T>> {
  return { stateType: 'list', options: options as StateOptions<never> }
}

/** A map per key. */
export function map<K extends PrimitiveKey, V>(options: StateOptions<V> = {}): StateSpec<MapState<K, V>> {
  return { stateType: 'map', options: options as StateOptions<never> }
}

/** One value per key, merged with each that is added: `fn(value, added)` returns both together. */
export function reducing<T>(fn: (value: T, added: T) => T, options: StateOptions<T> = {}): StateSpec<ReducingState<T>> {
  return { stateType: 'reducing', options: options as StateOptions<never>, more: fn }
}

/** One accumulator per key. `create` makes it, `add` may change and return it, `result` reads it; it is plain data. */
export function aggregating<In, Acc, Out>(
  aggregator: StateAggregator<In, Acc, Out>,
  options: StateOptions<Acc> = {},
): StateSpec<AggregatingState<In, Out>> {
  return { stateType: 'aggregating', options: options as StateOptions<never>, more: aggregator }
}
