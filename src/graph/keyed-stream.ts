import type { Key } from '../core/key-hash.ts'
import { MillraceError } from '../errors.ts'
import type { AggregateBuilder, AggregateResult, AggregateSpecs, NumericField } from '../state/aggregates.ts'
import type { GraphBuilder, OperatorOptions } from './graph-builder.ts'
import type { KeySelector } from '../actor/partitioning.ts'
import { type Origin, outputOf } from './graph.ts'
import { BroadcastStreams, ConnectedStreams } from './connected-streams.ts'
import type { KeyedActor, Made, NoOutputs, ReadOnlyState } from './keyed-actor.ts'
import { otherSide } from './joins.ts'
import { KeyedJoins } from './keyed-joins.ts'
import type { OutputTypes } from './outputs.ts'
import { type Processed, type ProcessInput, processed } from './process.ts'
import type { NoStates, StateSpec, StateSpecs } from '../state/state-specs.ts'
import { type KeptState, type UpdatedState, queryState, updateState } from './update-state.ts'
import { definitionSite } from './site.ts'
import { checkFunction } from './check-function.ts'
import type { Stream } from './stream.ts'
import type { Table } from './table.ts'
import type { LateRecords, WindowAssigner, WindowBound, WindowOptions, WindowedStream } from './windowed-stream.ts'

/** A stream divided by key. State is kept per key. */
export class KeyedStream<in out T, in out K extends Key> extends KeyedJoins<T, K> {
  readonly #builder: GraphBuilder
  readonly #origins: readonly Origin[]
  readonly #key: KeySelector<T>

  /** @internal Made by keyBy. */
  constructor(builder: GraphBuilder, origins: readonly Origin[], key: KeySelector<T>) {
    super(builder, { origins, key: key as KeySelector })
    this.#builder = builder
    this.#origins = origins
    this.#key = key
  }

  /**
   * Keeps one state per key and emits it after every record: `fn(state, record, key)` returns the next state, starting with
   * `initial()`. The state is plain data; return a new one instead of changing the old one, since the old one was emitted.
   */
  scan<S>(initial: () => S, fn: (state: S, record: T, key: K) => S, options?: OperatorOptions): Stream<S> {
    checkFunction(initial, 'scan')
    return this.#stateful('scan', { initial, fn: checkFunction(fn, 'scan') }, options, definitionSite(this.scan))
  }

  /** Combines the records of each key two by two and emits every step; the first record of a key is emitted as it is. */
  reduce(fn: (previous: T, record: T) => T, options?: OperatorOptions): Stream<T> {
    return this.#stateful('reduce', { fn: checkFunction(fn, 'reduce') }, options, definitionSite(this.reduce))
  }

  /** The first record of each key; all that follow are dropped. Keeps every key for as long as the job runs. */
  distinct(options?: OperatorOptions): Stream<T> {
    return this.#stateful('distinct', {}, options, definitionSite(this.distinct))
  }

  /**
   * Divides the records of each key into windows: `keyed.window(window.tumbling({ sizeMs: 60_000 })).aggregate(a => ({ orders: a.count() }))`. What is late, when
   * results are emitted and how often, is said by the options.
   *
   * @throws MillraceError MR_OPTION_INVALID. A stream without event time is refused with MR_GRAPH_INVALID when the job is planned, unless the windows go by the clock.
   */
  window<B extends WindowBound, L extends LateRecords = 'drop'>(
    windows: WindowAssigner<T, B>,
    options?: WindowOptions<T, L>,
  ): WindowedStream<T, K, B, L> {
    const site = definitionSite(this.window)
    return this.#builder.flows.windowed({ origins: this.#origins, key: this.#key as KeySelector, windows, options, site })
  }

  /** Several aggregates per key: `a => ({ orders: a.count(), cents: a.sum('cents') })`. */
  aggregate<S extends AggregateSpecs>(
    define: (a: AggregateBuilder<T>) => S,
    options?: OperatorOptions,
  ): Table<{ key: K } & AggregateResult<S>> {
    return this.#table(define as never, options, definitionSite(this.aggregate))
  }

  /** Number of records per key. */
  count(options?: OperatorOptions): Table<{ key: K; count: number }> {
    return this.#table((a) => ({ count: a.count() }), options, definitionSite(this.count))
  }

  /** Sum of a numeric field per key. Integers are exact up to 2^53. */
  sum(field: NumericField<T>, options?: OperatorOptions): Table<{ key: K; sum: number }> {
    return this.#table((a) => ({ sum: a.sum(field) }), options, definitionSite(this.sum))
  }

  min(field: NumericField<T>, options?: OperatorOptions): Table<{ key: K; min: number }> {
    return this.#table((a) => ({ min: a.min(field) }), options, definitionSite(this.min))
  }

  max(field: NumericField<T>, options?: OperatorOptions): Table<{ key: K; max: number }> {
    return this.#table((a) => ({ max: a.max(field) }), options, definitionSite(this.max))
  }

  /** Arithmetic mean of a numeric field per key. */
  avg(field: NumericField<T>, options?: OperatorOptions): Table<{ key: K; avg: number }> {
    return this.#table((a) => ({ avg: a.avg(field) }), options, definitionSite(this.avg))
  }

  /**
   * Gives each record to an actor, with state and timers of its key: see {@link KeyedActor}. Its further outputs are in `outputs` of what it returns.
   *
   * @param actor an object; or a function that makes one for each instance
   * @throws MillraceError MR_GRAPH_INVALID, MR_OPTION_INVALID
   */
  process<S extends StateSpecs = NoStates, Out = never, Side extends OutputTypes = NoOutputs>(
    actor: Made<KeyedActor<T, K, S, Out, Side>>,
    options?: OperatorOptions,
  ): Processed<Out, Side> {
    const site = definitionSite(this.process)
    return processed(this.#builder, { operator: 'process', actor, inputs: [this.#input('onRecord')], options, site })
  }

  /**
   * Both streams beside each other, to be processed by one actor that keeps state and timers of their keys. Keys are the same where they are equal, in whatever
   * fields they are.
   */
  connect<U>(other: KeyedStream<U, K>): ConnectedStreams<T, U, K> {
    const second = { ...otherSide(other, 'connect', definitionSite(this.connect)), method: 'onSecond' }
    return new ConnectedStreams(this.#builder, this.#input('onFirst'), second)
  }

  /** This stream beside another one of which every instance gets all records: rules, rates, settings. */
  connectBroadcast<R>(stream: Stream<R>): BroadcastStreams<T, R, K> {
    if (typeof stream?.edges === 'function') return new BroadcastStreams(this.#builder, this.#input('onRecord'), stream.edges())
    const site = definitionSite(this.connectBroadcast)
    throw new MillraceError('MR_GRAPH_INVALID', 'connectBroadcast takes a stream that is not keyed', { site })
  }

  /**
   * Keeps a state for each key, and passes the records on. `fn(record, state)` changes it; {@link KeyedStream.queryState} and `run.query` read it.
   *
   * `const last = trades.keyBy('symbol').updateState('last', value<number>(), (trade, last) => last.set(trade.price))`
   */
  updateState<Handle>(
    name: string,
    spec: StateSpec<Handle>,
    fn: (record: T, state: Handle) => void,
    options?: OperatorOptions,
  ): UpdatedState<T, K, Handle> {
    const site = definitionSite(this.updateState)
    checkFunction(fn, 'updateState')
    return updateState({ builder: this.#builder, input: this.#input('onUpdate'), name, spec, fn: fn as never, options, site })
  }

  /**
   * Puts out what `fn(record, state)` makes of each record and the state that another stream keeps for the same key, as it is when the record
   * comes: which update comes before which query is decided by their arrival.
   *
   * `orders.keyBy('symbol').queryState(last, (order, last) => ({ ...order, worth: order.shares * (last.get() ?? 0) }))`
   *
   * @throws MillraceError MR_GRAPH_INVALID when the state is updated by what is made of these records
   */
  queryState<U, Handle>(updated: { readonly kept: KeptState<K, Handle> }, fn: (record: T, state: ReadOnlyState<Handle>) => U): Stream<U> {
    checkFunction(fn, 'queryState')
    return queryState(updated, this.#input(''), fn as never, definitionSite(this.queryState)) as Stream<U>
  }

  #input(method: string): ProcessInput {
    return { origins: this.#origins, key: this.#key as KeySelector, method }
  }

  #table<R>(define: (a: AggregateBuilder<T>) => AggregateSpecs, options: OperatorOptions | undefined, site: string): Table<R> {
    return this.#builder.flows.table<R>({ origins: this.#origins, key: this.#key as KeySelector, define: define as never, options, site })
  }

  #stateful<U>(kind: string, spec: Record<string, unknown>, options: OperatorOptions | undefined, site: string): Stream<U> {
    const key = this.#key as KeySelector
    const inputs = this.#origins.map(({ from, output }) => ({ from, output, partitioning: { type: 'hash' as const, key } }))
    const node = this.#builder.add({ kind, inputs, parallelism: 'workers', spec: { ...spec, key }, options, site })
    return this.#builder.flows.stream<U>([outputOf(node)])
  }
}
