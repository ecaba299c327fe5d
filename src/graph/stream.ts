import { onlyKnown } from '../core/known-options.ts'
import { MillraceError } from '../errors.ts'
import type { Key } from '../core/key-hash.ts'
import type { OperatorDefinition } from '../actor/contract.ts'
import type { AggregateBuilder, AggregateResult, AggregateSpecs } from '../state/aggregates.ts'
import { OPERATOR_OPTIONS, type OperatorOptions } from './graph-builder.ts'
import { type OperatorNode, outputOf } from './graph.ts'
import type { KeyedStream } from './keyed-stream.ts'
import type { SinkSpec } from './sinks.ts'
import { type AsyncCall, type AsyncOptions, ASYNC_OPTIONS, asyncSpec } from './async-options.ts'
import { checkFunction } from './check-function.ts'
import * as check from './check-options.ts'
import { checkDefinition, checkSinkSpec } from './check-parts.ts'
import type { Branches, Emitters, OutputStreams, OutputTypes, SplitStreams, SwitchedStreams, TagField } from './outputs.ts'
import { checkOutputNames, streamsByName } from './outputs.ts'
import type { DeadLetter } from './error-policy.ts'
import { EnrichedStream } from './enriched-stream.ts'
import { type PriorityOptions, prioritySpec } from './priority-options.ts'
import { definitionSite } from './site.ts'
import type { AnyStream, FieldKey, KeyField, Sampling, SplitOptions, StreamRecord } from './stream-types.ts'
import type { Table } from './table.ts'
import type { LateRecords, WindowAssigner, WindowBound, WindowOptions, WindowedStream } from './windowed-stream.ts'

/**
 * A flow of records of type T, described inside `build()`. Every method adds one operator and returns what comes out of it.
 * Functions run on worker threads: they may use what their module defines, and must not change the records they get.
 */
export class Stream<in out T> extends EnrichedStream<T> {
  /** One record in, one out. */
  map<U>(fn: (record: T) => U, options?: OperatorOptions): Stream<U> {
    return this.#add('map', { fn: checkFunction(fn, 'map') }, options, definitionSite(this.map))
  }

  /** Keeps the records for which `predicate` holds; a type predicate narrows the stream. */
  filter<U extends T>(predicate: (record: T) => record is U, options?: OperatorOptions): Stream<U>
  filter(predicate: (record: T) => boolean, options?: OperatorOptions): Stream<T>
  filter(predicate: (record: T) => boolean, options?: OperatorOptions): Stream<T> {
    return this.#add('filter', { fn: checkFunction(predicate, 'filter') }, options, definitionSite(this.filter))
  }

  /** One record in, any number out, in order, in one go: they are in memory together. A string is refused, though it can be iterated: its characters are hardly ever meant. */
  flatMap<U>(fn: (record: T) => Iterable<U> & object, options?: OperatorOptions): Stream<U> {
    return this.#add('flatMap', { fn: checkFunction(fn, 'flatMap') }, options, definitionSite(this.flatMap))
  }

  /**
   * One record in, one out, by way of a promise: for calls of databases and services. A bounded number of calls is under way at a time; then the input
   * waits. After a restart calls are made again whose results had not left: what they do has to bear that. A call that fails does what `onError`
   * says, at its place in the order.
   *
   * @param fn must give up when `call.signal` says so; its results are plain data
   * @throws MillraceError MR_OPTION_INVALID
   */
  mapAsync<U>(fn: (record: T, call: AsyncCall) => Promise<U> | U, options?: AsyncOptions): Stream<U> {
    const site = definitionSite(this.mapAsync)
    onlyKnown('mapAsync', options, { ...OPERATOR_OPTIONS, ...ASYNC_OPTIONS }, site)
    const { inFlight, ordered, timeoutMs, retry, ...own } = options ?? {}
    const given = { inFlight, ordered, timeoutMs, retry } as AsyncOptions
    return this.#add('mapAsync', { ...asyncSpec(given, 'mapAsync', site), fn: checkFunction(fn, 'mapAsync') }, own, site)
  }

  /**
   * Urgent records first: where more has come than what follows can process, records of a higher level go before those of a lower one. One of 20 records is of each
   * lower level that has any, so that none starves. Within a level records keep their order; watermarks stay behind all records that came before them, and so do
   * checkpoints. What is being processed, or has been sent on, is not overtaken any more.
   *
   * @param level of a record: 0 .. levels - 1, the largest is the most urgent; anything else fails with MR_PRIORITY_INVALID
   * @throws MillraceError MR_OPTION_INVALID
   */
  prioritize(level: (record: T) => number, options: PriorityOptions): Stream<T> {
    const site = definitionSite(this.prioritize)
    onlyKnown('prioritize', options, { ...OPERATOR_OPTIONS, levels: 1, bufferRecords: 1 }, site)
    const { levels, bufferRecords, ...own } = options ?? ({} as Partial<PriorityOptions>)
    return this.#add('prioritize', { ...prioritySpec(levels, bufferRecords, site), fn: checkFunction(level, 'prioritize') }, own, site)
  }

  /** Calls `fn` with each record and passes the record on: for logs and counters. After a restart it is called again for some. */
  tap(fn: (record: T) => void, options?: OperatorOptions): Stream<T> {
    return this.#add('tap', { fn: checkFunction(fn, 'tap') }, options, definitionSite(this.tap))
  }

  /**
   * Sends each record to the first branch whose predicate holds: `split({ big: o => o.cents > 100, paid: o => o.paid }, { rest: 'others' })`
   * gives the streams `big`, `paid` and `others`. A type predicate narrows its branch. Without `rest`, what no branch takes is dropped.
   *
   * @throws MillraceError MR_GRAPH_INVALID for names that are none, or used twice
   */
  split<B extends Branches<T>, R extends string = never>(branches: B, options?: SplitOptions<R>): SplitStreams<T, B, R> {
    const site = definitionSite(this.split)
    onlyKnown('split', options, { ...OPERATOR_OPTIONS, rest: 1 }, site)
    const { rest, ...others } = options ?? ({} as SplitOptions<R>)
    const names = Object.keys(branches ?? {})
    if (rest !== undefined && names.includes(rest))
      throw new MillraceError('MR_GRAPH_INVALID', `split has two branches named "${rest}"`, { site })
    const outputs = rest === undefined ? names : [...names, rest]
    checkOutputNames('split', outputs, site)
    const predicates = names.map((name) => checkFunction(branches[name], `split branch "${name}"`))
    const node = this.#node('split', { names, predicates, rest: rest ?? null }, others, site)
    return Object.fromEntries(outputs.map((name) => [name, this.#outputOf(node, name)])) as SplitStreams<T, B, R>
  }

  /**
   * Divides a union by the field that tells its members apart: `const { bid, auction } = events.switchOn('kind')`, each a stream of that member.
   * Read the members by name; records of those that nobody reads are dropped.
   */
  switchOn<F extends TagField<T>>(field: F, options?: OperatorOptions): SwitchedStreams<T, F> {
    const site = definitionSite(this.switchOn)
    if (typeof field !== 'string')
      throw new MillraceError('MR_GRAPH_INVALID', `switchOn takes the name of a field, got ${typeof field}`, { site })
    const node = this.#node('switchOn', { field }, options, site)
    return streamsByName(`switchOn("${field}")`, (name) => this.#outputOf(node, name), site) as SwitchedStreams<T, F>
  }

  /**
   * One record in, any number out, each to the output that `fn` chooses:
   * `lines.flatMapTo({ orders: recordsOf<Order>(), bad: recordsOf<string>() }, (line, to) => (ok(line) ? to.orders(parse(line)) : to.bad(line)))`
   * gives the streams `orders` and `bad`. The functions of `to` may be called while `fn` runs, not later.
   *
   * @throws MillraceError MR_GRAPH_INVALID for names that are none
   */
  flatMapTo<O extends OutputTypes>(outputs: O, fn: (record: T, to: Emitters<O>) => void, options?: OperatorOptions): OutputStreams<O> {
    const site = definitionSite(this.flatMapTo)
    const names = Object.keys(outputs ?? {})
    checkOutputNames('flatMapTo', names, site)
    const node = this.#node('flatMapTo', { names, fn: checkFunction(fn, 'flatMapTo') }, options, site)
    return Object.fromEntries(names.map((name) => [name, this.#outputOf(node, name)])) as OutputStreams<O>
  }

  /** The first record of each key: a field of the record, or a function of it. Keeps every key for as long as the job runs. */
  distinct<F extends KeyField<T>>(field: F, options?: OperatorOptions): Stream<T>
  distinct(key: (record: T) => Key, options?: OperatorOptions): Stream<T>
  distinct(key: string | ((record: T) => Key), options?: OperatorOptions): Stream<T> {
    const site = definitionSite(this.distinct)
    check.key(key, 'distinct', site)
    const inputs = this.origins('distinct', site).map((origin) => ({ ...origin, partitioning: { type: 'hash' as const, key } }))
    return this.#streamOf(this.builder.add({ kind: 'distinct', inputs, parallelism: 'workers', spec: { key }, options, site }))
  }

  /**
   * Part of the records: `{ every: 10 }` is the 10th, 20th, ... of each instance, `{ ratio: 0.1, seed: 7 }` each with that probability. The
   * choice depends on the seed, the instance and the number of the record in it, so that a restart chooses the same again.
   *
   * @throws MillraceError MR_OPTION_INVALID
   */
  sample(sampling: Sampling, options?: OperatorOptions): Stream<T> {
    const site = definitionSite(this.sample)
    return this.#add('sample', check.sampling(sampling, site), options, site)
  }

  /**
   * The first `n` records of the whole job: gathered to one instance, which drops the rest. The sources are read on all the same: other
   * parts of the job may want them.
   *
   * @throws MillraceError MR_OPTION_INVALID
   */
  limit(n: number, options?: OperatorOptions): Stream<T> {
    const site = definitionSite(this.limit)
    return this.#single('limit', { n: check.count(n, 'limit', site) }, options, site)
  }

  /** Numbers the records of the whole job from 0, in the order in which they reach its one instance. */
  enumerate(options?: OperatorOptions): Stream<{ readonly index: number; readonly record: T }> {
    return this.#single('enumerate', {}, options, definitionSite(this.enumerate))
  }

  /**
   * Divides the stream by key: a field of the record, or a function of it. All records of one key are processed by one actor, in the
   * order in which each sender produced them. Keys are strings, finite numbers, bigints, booleans, or tuples of these.
   */
  keyBy<F extends KeyField<T>>(field: F): KeyedStream<T, FieldKey<T, F>>
  keyBy<K extends Key>(key: (record: T) => K): KeyedStream<T, K>
  keyBy(key: string | ((record: T) => Key)): unknown {
    const site = definitionSite(this.keyBy)
    check.key(key, 'keyBy', site)
    return this.builder.flows.keyed(this.origins('keyBy', site), key as never)
  }

  /** All records as one group: accumulated in every sending actor, merged in one. */
  aggregate<S extends AggregateSpecs>(define: (a: AggregateBuilder<T>) => S, options?: OperatorOptions): Table<AggregateResult<S>> {
    const site = definitionSite(this.aggregate)
    return this.builder.flows.table({ origins: this.origins('aggregate', site), key: null, define: define as never, options, site })
  }

  /** Divides all records into windows, in one instance; aggregates are accumulated in every sending actor where that changes nothing. As `window` of a keyed stream. */
  windowAll<B extends WindowBound, L extends LateRecords = 'drop'>(
    windows: WindowAssigner<T, B>,
    options?: WindowOptions<T, L>,
  ): WindowedStream<T, never, B, L> {
    const site = definitionSite(this.windowAll)
    return this.builder.flows.windowed({ origins: this.origins('windowAll', site), key: null, windows, options, site })
  }

  /** The records of this stream and of others, in no particular order between them. */
  union<O extends readonly AnyStream[]>(...others: O): Stream<T | StreamRecord<O[number]>> {
    if (!others.every((stream) => stream instanceof Stream)) {
      throw new MillraceError('MR_GRAPH_INVALID', 'union takes streams; a table becomes one by toStream(...)', {
        site: definitionSite(this.union),
      })
    }
    const edges = [this, ...others].flatMap((stream) => (stream as Stream<unknown>).edges())
    return new Stream(
      this.builder,
      edges.filter((edge, i) => edges.findIndex(({ from, output }) => from === edge.from && output === edge.output) === i),
    )
  }

  /** An operator of one's own; see the actor contract. */
  transform<U>(definition: OperatorDefinition, spec: Readonly<Record<string, unknown>> = {}, options?: OperatorOptions): Stream<U> {
    const site = definitionSite(this.transform)
    checkDefinition(definition, site)
    const parallelism = this.parallelism()
    return this.#streamOf(this.builder.add({ kind: definition.kind, inputs: this.edges(), parallelism, spec, options, site, definition }))
  }

  /**
   * What the operator that made this stream puts out under a name: see `outputs` of the actor contract.
   *
   * @throws MillraceError MR_GRAPH_INVALID when it has no such output
   */
  sideOutput<U>(name: string): Stream<U> {
    const site = definitionSite(this.sideOutput)
    const [edge, second] = this.edges()
    const node = second === undefined && edge!.output === undefined ? this.builder.node(edge!.from) : undefined
    if (node?.definition?.outputs?.includes(name) !== true) {
      throw new MillraceError(
        'MR_GRAPH_INVALID',
        `There is no output named ${JSON.stringify(name)}: ${node === undefined ? 'this stream has several origins' : `"${node.name}" has ${node.definition?.outputs?.join(', ') ?? 'none'}`}`,
        { site },
      )
    }
    return this.#outputOf(node, name)
  }

  /**
   * The records on which the operator that made this stream threw, each in a {@link DeadLetter}: for operators with `onError: 'deadLetter'`. Letters are as
   * exact as other records: each comes out once.
   *
   * @throws MillraceError MR_GRAPH_INVALID when the operator has another policy
   */
  deadLetters<In = unknown>(): Stream<DeadLetter<In>> {
    const site = definitionSite(this.deadLetters)
    const edges = this.builder.letters(this.edges().map(({ from }) => from))
    if (edges.length > 0) return new Stream(this.builder, edges)
    const names = this.edges()
      .map(({ from }) => `"${this.builder.node(from).name}"`)
      .join(', ')
    throw new MillraceError('MR_GRAPH_INVALID', `${names} keeps no dead letters: give it onError: 'deadLetter'`, { site })
  }

  /** Ends the stream in a sink. */
  to(sink: SinkSpec<T>, options?: OperatorOptions): void {
    const site = definitionSite(this.to)
    checkSinkSpec(sink as SinkSpec<never>, site)
    if (sink.parallelism === 1 && (options?.parallelism ?? 1) !== 1) {
      throw new MillraceError(
        'MR_OPTION_INVALID',
        `parallelism=${options!.parallelism}, but a ${sink.kind} has one instance: several would write over each other`,
        { site },
      )
    }
    this.builder.add({
      kind: sink.kind,
      inputs: this.edges(),
      parallelism: sink.parallelism,
      spec: sink.spec,
      options: options ?? {},
      site,
      guarantee: sink.guarantee,
      claims: sink.claims,
      ...(sink.definition && { definition: sink.definition }),
    })
  }

  #add<U>(kind: string, spec: Record<string, unknown>, options: OperatorOptions | undefined, site: string): Stream<U> {
    return this.#streamOf(this.#node(kind, spec, options, site))
  }

  #node(kind: string, spec: Record<string, unknown>, options: OperatorOptions | undefined, site: string): OperatorNode {
    return this.builder.add({ kind, inputs: this.edges(), parallelism: this.parallelism(), spec, options, site })
  }

  /** An operator that only one instance can do. */
  #single<U>(kind: string, spec: Record<string, unknown>, options: OperatorOptions | undefined, site: string): Stream<U> {
    if (options?.parallelism !== undefined && options.parallelism !== 1) {
      throw new MillraceError(
        'MR_OPTION_INVALID',
        `${kind} has one instance for the whole job: parallelism=${String(options.parallelism)} cannot be`,
        { site },
      )
    }
    return this.#streamOf(this.builder.add({ kind, inputs: this.edges(), parallelism: 1, spec, options, site }))
  }

  #streamOf<U>(node: OperatorNode): Stream<U> {
    return new Stream<U>(this.builder, [outputOf(node)])
  }

  #outputOf<U>(node: OperatorNode, output: string): Stream<U> {
    return new Stream<U>(this.builder, [outputOf(node, output)])
  }
}
