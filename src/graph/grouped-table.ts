import { MillraceError } from '../errors.ts'
import type { Key } from '../core/key-hash.ts'
import type { KeySelector } from '../actor/partitioning.ts'
import { AggregateBuilder, type AggregateResult, type AggregateSpec, type AggregateSpecs, type NumericField } from '../state/aggregates.ts'
import type { GraphBuilder, OperatorOptions } from './graph-builder.ts'
import { definitionSite } from './site.ts'
import type { Stream } from './stream.ts'
import type { Change, Table } from './table.ts'

/** The aggregates that a row which changes can be taken out of again. */
export type RetractableBuilder<R> = Pick<AggregateBuilder<R>, 'count' | 'sum' | 'avg'>

/** Sum that counts the rows of a group. */
const ROWS = '+n'

/**
 * The rows of a table, divided by another key. As a row changes it leaves its old group and joins its new one: the old row is subtracted
 * from the aggregates of the first, and the new one added to those of the second. What travels are partial sums.
 */
export class GroupedTable<in out R, in out K extends Key> {
  readonly #builder: GraphBuilder
  readonly #changes: () => Stream<Change<R>>
  readonly #key: KeySelector<R>

  /** @internal Made by groupBy. */
  constructor(builder: GraphBuilder, changes: () => Stream<Change<R>>, key: KeySelector<R>) {
    this.#builder = builder
    this.#changes = changes
    this.#key = key
  }

  /**
   * Several aggregates per group: `a => ({ shops: a.count(), cents: a.sum('cents') })`. Integers are exact up to 2^53; fractions keep what rounding
   * leaves of rows that were taken back, until their group is empty.
   *
   * @throws MillraceError MR_GRAPH_INVALID for min, max and custom: nothing can be taken back from them
   */
  aggregate<S extends AggregateSpecs>(
    define: (a: RetractableBuilder<R>) => S,
    options?: OperatorOptions,
  ): Table<{ key: K } & AggregateResult<S>> {
    return this.#table(define, options, definitionSite(this.aggregate))
  }

  /** Number of rows per group. */
  count(options?: OperatorOptions): Table<{ key: K; count: number }> {
    return this.#table((a) => ({ count: a.count() }), options, definitionSite(this.count))
  }

  /** Sum of a numeric field of the rows of each group. */
  sum(field: NumericField<R>, options?: OperatorOptions): Table<{ key: K; sum: number }> {
    return this.#table((a) => ({ sum: a.sum(field) }), options, definitionSite(this.sum))
  }

  /** Arithmetic mean of a numeric field over the rows of each group. */
  avg(field: NumericField<R>, options?: OperatorOptions): Table<{ key: K; avg: number }> {
    return this.#table((a) => ({ avg: a.avg(field) }), options, definitionSite(this.avg))
  }

  #table<T>(define: (a: RetractableBuilder<R>) => AggregateSpecs, options: OperatorOptions | undefined, site: string): Table<T> {
    const wanted = Object.entries(define(new AggregateBuilder<R>()))
    const fields: string[] = []
    const sums = Object.fromEntries(
      wanted.map(([name, spec]) => [name, { kind: 'sum' as const, field: sumField(name, spec, fields, site) }]),
    )
    const inputs = this.#changes().edges()
    const { parallelism } = this.#builder.node(inputs[0]!.from)
    const own = {
      ...(options?.name !== undefined && { name: `${options.name}.deltas` }),
      ...(options?.onError !== undefined && { onError: options.onError }),
    }
    const node = this.#builder.add({ kind: 'deltas', inputs, parallelism, spec: { key: this.#key, fields }, options: own, site })
    return this.#builder.flows.table<T>({
      origins: [{ from: node.id }],
      key: 'key',
      define: () => ({ ...sums, [ROWS]: { kind: 'sum', field: 'n' } }),
      options,
      site,
      parts: [node.id],
      averages: wanted.filter(([, { kind }]) => kind === 'avg').map(([aggregate]) => aggregate),
    })
  }
}

/** Name of the field of a delta that an aggregate sums up. */
function sumField(name: string, spec: AggregateSpec, fields: string[], site: string): string {
  if (name === ROWS) throw new MillraceError('MR_GRAPH_INVALID', `An aggregate of a table cannot be named "${ROWS}"`, { site })
  if (spec.kind === 'count') return 'n'
  if (spec.kind !== 'sum' && spec.kind !== 'avg') {
    const why = spec.kind === 'custom' ? 'it has no inverse' : `the ${spec.kind} of the others is not known any more`
    throw new MillraceError(
      'MR_GRAPH_INVALID',
      `"${name}": ${spec.kind} cannot aggregate the rows of a table, since a row that changes is taken back and then ${why}. Use count, sum or avg`,
      { site },
    )
  }
  if (!fields.includes(spec.field)) fields.push(spec.field)
  return `s${fields.indexOf(spec.field)}`
}
