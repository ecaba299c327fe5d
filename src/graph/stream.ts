import { MillraceError } from '../errors.ts'
import type { Key } from '../core/key-hash.ts'
import type { OperatorDefinition } from '../actor/contract.ts'
import type { AggregateBuilder, AggregateResult, AggregateSpecs } from '../state/aggregates.ts'
import type { GraphBuilder, OperatorOptions } from './graph-builder.ts'
import type { InputEdge } from './graph.ts'
import type { Partitioning } from '../actor/partitioning.ts'
import type { KeyedStream } from './keyed-stream.ts'
import type { SinkSpec } from './sinks.ts'
import { checkFunction } from './check-function.ts'
import { definitionSite } from './site.ts'
import type { Table } from './table.ts'

/**
 * A flow of records of type T, described inside `build()`. Every method adds one operator and returns what comes out of it.
 * Functions run on worker threads: they may use what their module defines, and must not change the records they get.
 */
export class Stream<T> {
  readonly #builder: GraphBuilder
  readonly #sources: readonly number[]

  /** @internal Streams are made by sources and operators. */
  constructor(builder: GraphBuilder, sources: readonly number[]) {
    this.#builder = builder
    this.#sources = sources
  }

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

  /** One record in, any number out, in order. */
  flatMap<U>(fn: (record: T) => Iterable<U>, options?: OperatorOptions): Stream<U> {
    return this.#add('flatMap', { fn: checkFunction(fn, 'flatMap') }, options, definitionSite(this.flatMap))
  }

  /**
   * Divides the stream by key: a field of the record, or a function of it. All records of one key are processed by one actor, in the
   * order in which each sender produced them. Keys are strings, finite numbers, bigints, booleans, or tuples of these.
   */
  keyBy<F extends KeyField<T>>(field: F): KeyedStream<T, FieldKey<T, F>>
  keyBy<K extends Key>(key: (record: T) => K): KeyedStream<T, K>
  keyBy(key: string | ((record: T) => Key)): unknown {
    if (typeof key !== 'string' && typeof key !== 'function') {
      throw new MillraceError('MR_GRAPH_INVALID', 'keyBy takes the name of a field or a function', { site: definitionSite(this.keyBy) })
    }
    return this.#builder.flows.keyed(this.#sources, key as never)
  }

  /** All records as one group: accumulated in every sending actor, merged in one. */
  aggregate<S extends AggregateSpecs>(define: (a: AggregateBuilder<T>) => S, options?: OperatorOptions): Table<AggregateResult<S>> {
    return this.#builder.flows.table({ sources: this.#sources, key: null, define: define as never, options, site: definitionSite(this.aggregate) })
  }

  /** The records of this stream and of others of the same type, in no particular order between them. */
  union(...others: Stream<T>[]): Stream<T> {
    return new Stream(this.#builder, [...new Set([...this.#sources, ...others.flatMap(other => other.#sources)])])
  }

  /** An operator of one's own; see the actor contract. */
  transform<U>(definition: OperatorDefinition, spec: Readonly<Record<string, unknown>> = {}, options?: OperatorOptions): Stream<U> {
    const site = definitionSite(this.transform)
    const node = this.#builder.add({ kind: definition.kind, inputs: this.edges(), parallelism: this.#parallelism(), spec, options, site, definition })
    return new Stream(this.#builder, [node.id])
  }

  /** Ends the stream in a sink. */
  to(sink: SinkSpec<T>, options?: OperatorOptions): void {
    const site = definitionSite(this.to)
    this.#builder.add({ kind: sink.kind, inputs: this.edges(), parallelism: sink.parallelism, spec: sink.spec, options: options ?? {}, site })
  }

  /** @internal */
  edges(partitioning: Partitioning = { type: 'forward' }): InputEdge[] {
    return this.#sources.map(from => ({ from, partitioning }))
  }

  #add<U>(kind: string, spec: Record<string, unknown>, options: OperatorOptions | undefined, site: string): Stream<U> {
    const node = this.#builder.add({ kind, inputs: this.edges(), parallelism: this.#parallelism(), spec, options, site })
    return new Stream<U>(this.#builder, [node.id])
  }

  #parallelism(): number | 'workers' {
    const all = this.#sources.map(id => this.#builder.node(id).parallelism)
    return all.every(p => p === all[0]) ? all[0]! : 'workers'
  }
}

/** Names of the fields of T that can be keys. */
export type KeyField<T> = T extends unknown ? { [F in keyof T & string]: T[F] extends Key ? F : never }[keyof T & string] : never
/** Type of the key that a field gives. */
export type FieldKey<T, F> = F extends keyof T ? Extract<T[F], Key> : Key
