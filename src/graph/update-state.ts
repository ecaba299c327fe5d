import { MillraceError } from '../errors.ts'
import type { StateSpec } from '../state/state-specs.ts'
import type { GraphBuilder, OperatorOptions } from './graph-builder.ts'
import { outputOf } from './graph.ts'
import { type ProcessInput, type ProcessSpec, addProcess, edgesOf } from './process.ts'
import type { Stream } from './stream.ts'

type UpdateFn = (record: unknown, state: unknown) => void
type QueryFn = (record: unknown, state: unknown) => unknown

/** The actor that all of a state's updates and queries go to. Its methods are added with the queries. */
interface StateActor {
  readonly state: Readonly<Record<string, StateSpec<unknown>>>
  [method: string]: unknown
}

interface CallContext {
  readonly state: Readonly<Record<string, unknown>>
  readonly to: Readonly<Record<string, (record: unknown) => void>>
  emit(record: unknown): void
}

/** The operator that keeps a state. */
class StateKeeper {
  readonly #builder: GraphBuilder
  readonly #name: string
  readonly #actor: StateActor
  readonly #node: number
  #queries = 0

  constructor({ builder, input, name, spec, fn, options, site }: UpdateDraft) {
    this.#builder = builder
    this.#name = name
    this.#actor = {
      state: { [name]: spec },
      onUpdate: (record: unknown, ctx: CallContext) => {
        fn(record, ctx.state[name])
        ctx.emit(record)
      },
      fns: [fn],
    }
    this.#node = addProcess(builder, { operator: 'updateState', actor: this.#actor, inputs: [input], options, site }).id
  }

  passedOn(): Stream<unknown> {
    return this.#builder.flows.stream([outputOf(this.#builder.node(this.#node))])
  }

  query(input: ProcessInput, fn: QueryFn): Stream<unknown> {
    const name = this.#name
    const output = `query${++this.#queries}`
    const method = `on${output}`
    this.#actor[method] = (record: unknown, ctx: CallContext) => ctx.to[output]!(fn(record, ctx.state[name]))
    this.#actor['fns'] = [...(this.#actor['fns'] as unknown[]), fn]
    const spec = this.#builder.node(this.#node).spec as unknown as ProcessSpec
    const extended: ProcessSpec = {
      ...spec,
      inputs: [...spec.inputs, { key: input.key, method }],
      outputs: [...spec.outputs, output],
    }
    const node = this.#builder.extend(this.#node, edgesOf(input, this.#queries), { ...extended })
    return this.#builder.flows.stream([outputOf(node, output)])
  }
}

interface UpdateDraft {
  readonly builder: GraphBuilder
  readonly input: ProcessInput
  readonly name: string
  readonly spec: StateSpec<unknown>
  readonly fn: UpdateFn
  readonly options: OperatorOptions | undefined
  readonly site: string
}

/** The records that updated a state; and the state, for {@link KeyedStream.queryState}. */
export type UpdatedState<T, K, Handle> = Stream<T> & { readonly kept: KeptState<K, Handle> }

/** A state of another stream's keys. */
export interface KeptState<K, Handle> {
  /** Only for the compiler. */
  readonly types?: { readonly key: K; readonly handle: Handle }
}

const keepers = new WeakMap<object, StateKeeper>()

export function updateState<T, K, Handle>(draft: UpdateDraft): UpdatedState<T, K, Handle> {
  const keeper = new StateKeeper(draft)
  const kept = Object.freeze({})
  keepers.set(kept, keeper)
  return Object.assign(keeper.passedOn() as Stream<T>, { kept })
}

/** @throws MillraceError MR_GRAPH_INVALID for a stream that updates no state */
export function queryState<K, Handle>(
  updated: { readonly kept: KeptState<K, Handle> },
  input: ProcessInput,
  fn: QueryFn,
  site: string,
): Stream<unknown> {
  const keeper = keepers.get(updated?.kept)
  if (keeper === undefined) throw new MillraceError('MR_GRAPH_INVALID', 'queryState takes what updateState(...) returned', { site })
  return keeper.query(input, fn)
}
