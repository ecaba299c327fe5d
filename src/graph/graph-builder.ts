import { onlyKnown } from '../core/known-options.ts'
import { MillraceError } from '../errors.ts'
import {
  type Graph,
  type Guarantee,
  type InputEdge,
  type OperatorNode,
  type Origin,
  type Parallelism,
  isOutlet,
  outputOf,
} from './graph.ts'
import type { Key } from '../core/key-hash.ts'
import type { OperatorDefinition } from '../actor/contract.ts'
import type { KeySelector } from '../actor/partitioning.ts'
import type { AggregateBuilder, AggregateSpecs } from '../state/aggregates.ts'
import type { StateBackend } from '../state/working/working-store.ts'
import { holdsDeadLetters, letterOrigins, requireReaders } from './dead-letters.ts'
import type { MaskPaths } from '../core/mask.ts'
import { type CheckedPolicy, type ErrorPolicy, checkPolicy, masking } from './error-policy.ts'
import type { KeyedStream } from './keyed-stream.ts'
import { inOrder } from './node-order.ts'
import { PLACEMENT_OPTIONS, type PlacementOptions, checkPlacement, requireNamed } from './placement-options.ts'
import { type BackendOption, checkBackend, requireChoice } from './state-backend.ts'
import type { Stream } from './stream.ts'
import type { Table } from './table.ts'
import type { LateRecords, WindowBound, WindowedDraft, WindowedStream } from './windowed-stream.ts'

/** Options that every operator takes, always as its last argument. */
export interface OperatorOptions extends PlacementOptions {
  /** Unique in the job; names the operator in errors, metrics and checkpoints. Default: its kind and a number. */
  readonly name?: string
  /** Instances of the operator. Default: as its input, or the number of workers after a keyBy. */
  readonly parallelism?: number
  /** What happens when it throws on a record. Default: that of the job, or 'fail'. */
  readonly onError?: ErrorPolicy
  /** Where it keeps its state by key; refused where the operator has no choice. Default: that of the run, or of the job, or 'memory'. */
  readonly backend?: BackendOption
}

/** For {@link onlyKnown}. */
export const OPERATOR_OPTIONS = { name: 1, parallelism: 1, onError: 1, backend: 1, ...PLACEMENT_OPTIONS } as const

export interface NodeDraft {
  readonly kind: string
  readonly inputs: readonly InputEdge[]
  readonly parallelism: Parallelism
  readonly spec?: Readonly<Record<string, unknown>>
  readonly site: string
  readonly options?: OperatorOptions | undefined
  readonly definition?: OperatorDefinition
  /** A source that has a policy for what it cannot parse. */
  readonly parses?: boolean
  /** Operators made by the same call that do the work on its records: a policy for bad records is theirs. */
  readonly parts?: readonly number[]
  /** Sources and sinks state it. */
  readonly guarantee?: Guarantee | undefined
  /** What no other operator of the job may write as well: the path of a file. */
  readonly claims?: string | undefined
}

/** Makes streams and tables. Given from outside, since each of these classes leads to the others. */
export interface Flows {
  stream<T>(edges: readonly InputEdge[]): Stream<T>
  keyed<T, K extends Key>(origins: readonly Origin[], key: KeySelector<T>): KeyedStream<T, K>
  table<R>(draft: TableDraft): Table<R>
  windowed<T, K, B extends WindowBound, L extends LateRecords>(draft: WindowedDraft): WindowedStream<T, K, B, L>
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
  /** Operators made by the same call. */
  readonly parts?: readonly number[]
}

/** Collects operators while build() runs. Names are checked here, at run time, since they key the state of a job. */
export class GraphBuilder {
  readonly #jobName: string
  readonly #nodes: OperatorNode[] = []
  readonly #names = new Map<string, string>()
  readonly #counters = new Map<string, number>()
  readonly #onError: CheckedPolicy | null
  readonly #backend: StateBackend | null
  readonly #mask: MaskPaths
  /** Operators that process dead letters: the policy of the job is not theirs, else their own letters would need readers without end. */
  readonly #behindLetters = new Set<number>()
  /** By what is claimed: who claims it. */
  readonly #claims = new Map<string, OperatorNode>()

  readonly flows: Flows

  /**
   * @param onError of operators that have none of their own
   * @param mask of all dead letters, besides what policies name
   */
  constructor(
    jobName: string,
    makeFlows: (builder: GraphBuilder) => Flows,
    onError: CheckedPolicy | null = null,
    backend: StateBackend | null = null,
    mask: MaskPaths = [],
  ) {
    this.#mask = mask
    this.#jobName = jobName
    this.#backend = backend
    this.#onError = onError
    this.flows = makeFlows(this)
  }

  add(draft: NodeDraft): OperatorNode {
    onlyKnown('An operator', draft.options, OPERATOR_OPTIONS, draft.site)
    const onError = masking(this.#policyOf(draft), this.#mask)
    const backend = checkBackend(draft.options?.backend, draft.site)
    requireChoice({ kind: draft.kind, spec: draft.spec ?? {} }, backend, draft.site)
    const name = this.#claimName(draft)
    const placement = checkPlacement(draft.options, name, draft.site)
    const node: OperatorNode = {
      id: this.#nodes.length,
      name,
      kind: draft.kind,
      ...(draft.options?.name !== undefined && { isNamed: true }),
      inputs: draft.inputs,
      parallelism: checkParallelism(draft),
      spec: draft.spec ?? {},
      site: draft.site,
      ...(draft.definition && { definition: draft.definition }),
      ...(onError && { onError }),
      ...(backend && { backend }),
      ...(placement && { placement }),
      ...(draft.parts && { parts: draft.parts }),
      ...(draft.guarantee && { guarantee: draft.guarantee }),
    }
    if (this.#isBehindLetters(draft)) this.#behindLetters.add(node.id)
    this.#claim(node, draft.claims)
    this.#nodes.push(node)
    return node
  }

  /** Where the dead letters of operators come out; of all operators so far when none are named. */
  letters(nodes: Iterable<number> = this.#nodes.keys()): InputEdge[] {
    const origins = [...new Set(nodes)].flatMap((id) => letterOrigins(this.#nodes[id]!, this.#nodes))
    return origins
      .filter((origin, i) => origins.findIndex(({ from, output }) => from === origin.from && output === origin.output) === i)
      .map(({ from, output }) => outputOf(this.#nodes[from]!, output))
  }

  node(id: number): OperatorNode {
    return this.#nodes[id]!
  }

  /** Gives an operator more inputs, which may come from operators that were added after it, and another spec. */
  extend(id: number, inputs: readonly InputEdge[], spec: Readonly<Record<string, unknown>>): OperatorNode {
    const node = this.#nodes[id]!
    const extended = { ...node, inputs: [...node.inputs, ...inputs], spec }
    this.#nodes[id] = extended
    return extended
  }

  /** @throws MillraceError MR_GRAPH_INVALID for dead letters that nobody reads, for circles, and for names of operators that there are not */
  finish(): Graph {
    const nodes = inOrder(this.#nodes)
    requireReaders(nodes)
    requireNamed(nodes)
    return {
      jobName: this.#jobName,
      nodes,
      ...(this.#backend && { backend: this.#backend }),
      ...(this.#mask.length > 0 && { mask: this.#mask }),
    }
  }

  #policyOf(draft: NodeDraft): CheckedPolicy | null {
    const own = checkPolicy(draft.options?.onError, draft.site)
    if ((draft.inputs.length === 0 && !draft.parses) || draft.parts !== undefined || isOutlet(draft)) return null
    if (draft.options?.onError !== undefined) return own
    return this.#isBehindLetters(draft) ? null : this.#onError
  }

  #isBehindLetters({ inputs }: NodeDraft): boolean {
    return inputs.some(({ from, output }) => holdsDeadLetters(output) || this.#behindLetters.has(from))
  }

  #claim(node: OperatorNode, claimed: string | undefined): void {
    if (claimed === undefined) return
    const other = this.#claims.get(claimed)
    if (other !== undefined) {
      const text = `Two sinks write ${claimed}: they would write over each other. The other one is "${other.name}", defined at ${other.site}`
      throw new MillraceError('MR_GRAPH_INVALID', text, { operator: node.name, site: node.site })
    }
    this.#claims.set(claimed, node)
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
