import { MillraceError } from '../errors.ts'
import type { Graph, Guarantee, InputEdge, OperatorNode, Origin, Parallelism } from './graph.ts'
import type { Key } from '../core/key-hash.ts'
import type { OperatorDefinition } from '../actor/contract.ts'
import type { KeySelector } from '../actor/partitioning.ts'
import type { AggregateBuilder, AggregateSpecs } from '../state/aggregates.ts'
import type { KeyedStream } from './keyed-stream.ts'
import type { Stream } from './stream.ts'
import type { Table } from './table.ts'
import type { WindowedDraft, WindowedStream } from './windowed-stream.ts'

/** Options that every operator takes, always as its last argument. */
export interface OperatorOptions {
  /** Unique in the job; names the operator in errors, metrics and checkpoints. Default: its kind and a number. */
  readonly name?: string
  /** Instances of the operator. Default: as its input, or the number of workers after a keyBy. */
  readonly parallelism?: number
}

export interface NodeDraft {
  readonly kind: string
  readonly inputs: readonly InputEdge[]
  readonly parallelism: Parallelism
  readonly spec?: Readonly<Record<string, unknown>>
  readonly site: string
  readonly options?: OperatorOptions | undefined
  readonly guarantee?: Guarantee
  readonly definition?: OperatorDefinition
}

/** Makes streams and tables. Given from outside, since each of these classes leads to the others. */
export interface Flows {
  stream<T>(edges: readonly InputEdge[]): Stream<T>
  keyed<T, K extends Key>(origins: readonly Origin[], key: KeySelector<T>): KeyedStream<T, K>
  table<R>(draft: TableDraft): Table<R>
  windowed<T, K, B extends 'time' | 'global', L extends 'drop' | 'output'>(draft: WindowedDraft): WindowedStream<T, K, B, L>
}

export interface TableDraft {
  readonly origins: readonly Origin[]
  /** Null: one group of all records. */
  readonly key: KeySelector | null
  readonly define: (a: AggregateBuilder<never>) => AggregateSpecs
  readonly options: OperatorOptions | undefined
  readonly site: string
  /** For a table of a table, whose rows can vanish: those of its sums that are averages. */
  readonly averages?: readonly string[]
}

/** Collects operators while build() runs. Names are checked here, at run time, since they key the state of a job. */
export class GraphBuilder {
  readonly #jobName: string
  readonly #nodes: OperatorNode[] = []
  readonly #names = new Map<string, string>()
  readonly #counters = new Map<string, number>()

  readonly flows: Flows

  constructor(jobName: string, makeFlows: (builder: GraphBuilder) => Flows) {
    this.#jobName = jobName
    this.flows = makeFlows(this)
  }

  add(draft: NodeDraft): OperatorNode {
    const node: OperatorNode = {
      id: this.#nodes.length,
      name: this.#claimName(draft),
      kind: draft.kind,
      inputs: draft.inputs,
      parallelism: checkParallelism(draft),
      spec: draft.spec ?? {},
      site: draft.site,
      ...(draft.guarantee && { guarantee: draft.guarantee }),
      ...(draft.definition && { definition: draft.definition }),
    }
    this.#nodes.push(node)
    return node
  }

  node(id: number): OperatorNode {
    return this.#nodes[id]!
  }

  finish(): Graph {
    return { jobName: this.#jobName, nodes: this.#nodes }
  }

  #claimName({ kind, site, options }: NodeDraft): string {
    const given = options?.name
    if (given !== undefined && (typeof given !== 'string' || !/^[\w][\w .:@-]{0,99}$/.test(given))) {
      throw new MillraceError(
        'MR_GRAPH_INVALID',
        `The name ${JSON.stringify(given)} is not valid: 1 to 100 letters, digits, spaces or _ . : @ -`,
        { site },
      )
    }
    const name = given ?? this.#nextDefaultName(kind)
    const taken = this.#names.get(name)
    if (taken !== undefined) {
      throw new MillraceError('MR_GRAPH_INVALID', `Two operators have the name "${name}"; the other one is defined at ${taken}`, {
        operator: name,
        site,
      })
    }
    this.#names.set(name, site)
    return name
  }

  #nextDefaultName(kind: string): string {
    const count = (this.#counters.get(kind) ?? 0) + 1
    this.#counters.set(kind, count)
    return `${kind}-${count}`
  }
}

function checkParallelism({ parallelism, options, site }: NodeDraft): Parallelism {
  const given = options?.parallelism
  if (given === undefined) return parallelism
  if (!Number.isInteger(given) || given < 1 || given > 4096) {
    throw new MillraceError('MR_OPTION_INVALID', `parallelism=${String(given)} is not an integer from 1 to 4096`, { site })
  }
  return given
}
