import { onlyKnown } from '../core/known-options.ts'
import { MillraceError } from '../errors.ts'
import type { Key } from '../core/key-hash.ts'
import { AggregateBuilder, type AggregateSpecs } from '../state/aggregates.ts'
import type { GraphBuilder, OperatorOptions, TableDraft } from './graph-builder.ts'
import { type InputEdge, type Origin, outputOf } from './graph.ts'
import type { KeySelector } from '../actor/partitioning.ts'
import { GroupedTable } from './grouped-table.ts'
import { definitionSite } from './site.ts'
import type { Stream } from './stream.ts'
import type { FieldKey, KeyField } from './stream-types.ts'

/**
 * When a table's rows become records. 'every': after each input record, the new row of its key. 'changes': the newest row of each
 * changed key, whenever the input runs dry or the linger is over. 'final': each row once, at the end of the input.
 */
export type Emit = 'every' | 'changes' | 'final'

/**
 * A change of a table's row. A row that changes is told twice: as it was, to be taken back, and as it is. Whoever adds what is inserted or
 * after an update, and subtracts what is deleted or before one, is always right.
 */
export type Change<R> = { readonly kind: 'insert' | 'update-before' | 'update-after' | 'delete'; readonly row: R }

/** Aggregates per key that change as records come in. It becomes a stream of rows only explicitly. */
export class Table<in out R> {
  readonly #builder: GraphBuilder
  readonly #origins: readonly Origin[]
  readonly #key: KeySelector | null
  readonly #specs: AggregateSpecs
  readonly #options: OperatorOptions | undefined
  readonly #site: string
  readonly #averages: readonly string[] | undefined
  readonly #parts: readonly number[]
  /** By what it emits: a table that is read twice is one operator. */
  readonly #streams = new Map<string, Stream<unknown>>()

  /** @internal Made by aggregate, count, sum, ... */
  constructor(builder: GraphBuilder, { origins, key, define, options, site, averages, parts = [] }: TableDraft) {
    this.#builder = builder
    this.#origins = origins
    this.#key = key
    this.#specs = define(new AggregateBuilder())
    this.#options = options
    this.#site = site
    this.#averages = averages
    this.#parts = parts
  }

  /**
   * The rows as records; see {@link Emit}. Rows of a table of a table can vanish: then 'changes' emits them once more, counts and sums 0, averages NaN.
   *
   * @throws MillraceError MR_OPTION_INVALID; MR_GRAPH_INVALID for 'every' of a table of a table
   */
  toStream(options: { readonly emit: Emit }): Stream<R> {
    onlyKnown('toStream', options, { emit: 1 }, this.#site)
    const emit = options?.emit
    if (emit !== 'every' && emit !== 'changes' && emit !== 'final') {
      throw new MillraceError(
        'MR_OPTION_INVALID',
        `toStream({ emit: ${JSON.stringify(emit)} }) is not one of 'every', 'changes', 'final'`,
        { site: this.#site },
      )
    }
    // Every step needs every record; otherwise partial accumulators travel in place of records.
    return this.#once(emit, () => (emit === 'every' ? this.#perRecord() : this.#combined(emit, this.#options?.name)))
  }

  /**
   * Every change of a row with its kind, whenever the input runs dry or the linger is over; what changed back in between is not told. A row's
   * changes come in their order.
   */
  changes(): Stream<Change<R>> {
    const name = this.#options?.name === undefined ? undefined : `${this.#options.name}.changes`
    return this.#once('changelog', () => this.#combined('changelog', name))
  }

  /** Divides the rows by another key, to aggregate them again: a field of the row, or a function of it. */
  groupBy<F extends KeyField<R>>(field: F): GroupedTable<R, FieldKey<R, F>>
  groupBy<K extends Key>(key: (row: R) => K): GroupedTable<R, K>
  groupBy(key: string | ((row: R) => Key)): unknown {
    if (typeof key !== 'string' && typeof key !== 'function') {
      throw new MillraceError('MR_GRAPH_INVALID', 'groupBy takes the name of a field or a function', { site: definitionSite(this.groupBy) })
    }
    return new GroupedTable(this.#builder, () => this.changes(), key)
  }

  #once<S>(emit: string, make: () => Stream<S>): Stream<S> {
    if (!this.#streams.has(emit)) this.#streams.set(emit, make() as Stream<unknown>)
    return this.#streams.get(emit) as Stream<S>
  }

  #perRecord(): Stream<R> {
    if (this.#averages !== undefined) {
      throw new MillraceError(
        'MR_GRAPH_INVALID',
        "A table of a table has no steps for 'every', since each change takes a row back first: use 'changes' or 'final'",
        { site: this.#site },
      )
    }
    const partitioning = this.#key === null ? { type: 'gather' as const } : { type: 'hash' as const, key: this.#key }
    const inputs = this.#origins.map(({ from, output }) => ({ from, output, partitioning }))
    return this.#aggregate(inputs, { key: this.#key, specs: this.#specs, emit: 'every', merges: false }, this.#options?.name)
  }

  #combined<S>(emit: Emit | 'changelog', name: string | undefined): Stream<S> {
    const spec = { key: this.#key, specs: this.#specs, emit, ...(this.#averages && { averages: this.#averages }) }
    const combiners = this.#origins.map(({ from, output }, i) => {
      const options = {
        ...(name !== undefined && { name: `${name}.combine${i === 0 ? '' : i + 1}` }),
        ...(this.#options?.onError !== undefined && { onError: this.#options.onError }),
      }
      const { parallelism } = this.#builder.node(from)
      const input = { from, output, partitioning: { type: 'forward' as const } }
      return this.#builder.add({ kind: 'combine', inputs: [input], parallelism, spec, options, site: this.#site }).id
    })
    const inputs = combiners.map((from) => ({ from, partitioning: { type: 'combined' as const } }))
    return this.#aggregate(inputs, { ...spec, merges: true }, name, [...this.#parts, ...combiners])
  }

  /** @param parts operators that work on the records; what they send on are sums of many, of which none can be left out */
  #aggregate<S>(
    inputs: readonly InputEdge[],
    spec: Record<string, unknown>,
    name: string | undefined,
    parts?: readonly number[],
  ): Stream<S> {
    const options = { ...this.#options, ...(name === undefined ? {} : { name }) }
    const node = this.#builder.add({
      kind: 'aggregate',
      inputs,
      parallelism: this.#key === null ? 1 : 'workers',
      spec,
      options: this.#key === null ? { ...options, parallelism: 1 } : options,
      site: this.#site,
      ...(parts && { parts }),
    })
    return this.#builder.flows.stream<S>([outputOf(node)])
  }
}
