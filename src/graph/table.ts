import { MillraceError } from '../errors.ts'
import { AggregateBuilder, type AggregateSpecs } from '../state/aggregates.ts'
import type { GraphBuilder, OperatorOptions, TableDraft } from './graph-builder.ts'
import { type InputEdge, type Origin, outputOf } from './graph.ts'
import type { KeySelector } from '../actor/partitioning.ts'
import type { Stream } from './stream.ts'

/**
 * When a table's rows become records. 'every': after each input record, the new row of its key. 'changes': the newest row of each
 * changed key, whenever the input runs dry or the linger is over. 'final': each row once, at the end of the input.
 */
export type Emit = 'every' | 'changes' | 'final'

/** Aggregates per key that change as records come in. It becomes a stream of rows only explicitly. */
export class Table<R> {
  readonly #builder: GraphBuilder
  readonly #origins: readonly Origin[]
  readonly #key: KeySelector | null
  readonly #specs: AggregateSpecs
  readonly #options: OperatorOptions | undefined
  readonly #site: string

  /** @internal Made by aggregate, count, sum, ... */
  constructor(builder: GraphBuilder, { origins, key, define, options, site }: TableDraft) {
    this.#builder = builder
    this.#origins = origins
    this.#key = key
    this.#specs = define(new AggregateBuilder())
    this.#options = options
    this.#site = site
  }

  toStream(options: { readonly emit: Emit }): Stream<R> {
    const emit = options?.emit
    if (emit !== 'every' && emit !== 'changes' && emit !== 'final') {
      throw new MillraceError('MR_OPTION_INVALID', `toStream({ emit: ${JSON.stringify(emit)} }) is not one of 'every', 'changes', 'final'`, { site: this.#site })
    }
    // Every step needs every record; otherwise partial accumulators travel in place of records.
    return emit === 'every' ? this.#perRecord() : this.#combined(emit)
  }

  #perRecord(): Stream<R> {
    const partitioning = this.#key === null ? { type: 'gather' as const } : { type: 'hash' as const, key: this.#key }
    const inputs = this.#origins.map(({ from, output }) => ({ from, output, partitioning }))
    return this.#aggregate(inputs, { key: this.#key, specs: this.#specs, emit: 'every', merges: false })
  }

  #combined(emit: Emit): Stream<R> {
    const spec = { key: this.#key, specs: this.#specs, emit }
    const combiners = this.#origins.map(({ from, output }, i) => {
      const options = this.#options?.name === undefined ? {} : { name: `${this.#options.name}.combine${i === 0 ? '' : i + 1}` }
      const { parallelism } = this.#builder.node(from)
      const input = { from, output, partitioning: { type: 'forward' as const } }
      return this.#builder.add({ kind: 'combine', inputs: [input], parallelism, spec, options, site: this.#site }).id
    })
    const inputs = combiners.map(from => ({ from, partitioning: { type: 'combined' as const } }))
    return this.#aggregate(inputs, { ...spec, merges: true })
  }

  #aggregate(inputs: readonly InputEdge[], spec: Record<string, unknown>): Stream<R> {
    const node = this.#builder.add({
      kind: 'aggregate',
      inputs,
      parallelism: this.#key === null ? 1 : 'workers',
      spec,
      options: this.#key === null ? { ...this.#options, parallelism: 1 } : this.#options,
      site: this.#site,
    })
    return this.#builder.flows.stream<R>([outputOf(node)])
  }
}
