import { onlyKnown } from '../core/known-options.ts'
import { MillraceError } from '../errors.ts'
import type { StateSpec, StateSpecs } from '../state/state-specs.ts'
import type { KeySelector } from '../actor/partitioning.ts'
import { checkFunction } from './check-function.ts'
import type { GraphBuilder, OperatorOptions } from './graph-builder.ts'
import { type InputEdge, type OperatorNode, type Origin, outputOf } from './graph.ts'
import type { Made } from './keyed-actor.ts'
import { type OutputStreams, type OutputTypes, checkOutputNames } from './outputs.ts'
import type { Stream } from './stream.ts'

/** One input of an actor: its records, their key (null: every instance gets each of them), and the method that gets them. */
export interface ProcessInput {
  readonly origins: readonly Origin[]
  readonly key: KeySelector | null
  readonly method: string
}

/** What the operator kind 'process' is given. */
export interface ProcessSpec {
  readonly actor: Made<object>
  /** By number of the input. */
  readonly inputs: readonly { readonly key: KeySelector | null; readonly method: string }[]
  readonly states: StateSpecs
  /** State that is the same in every instance; null where no input is a broadcast. */
  readonly broadcast: StateSpecs | null
  readonly outputs: readonly string[]
}

export interface ProcessDraft {
  /** Name of the method, for errors. */
  readonly operator: string
  readonly actor: Made<object>
  readonly inputs: readonly ProcessInput[]
  readonly options: OperatorOptions | undefined
  readonly site: string
}

type Parts = { readonly state?: StateSpecs; readonly broadcast?: StateSpecs; readonly outputs?: OutputTypes } & Readonly<
  Record<string, unknown>
>

/** @throws MillraceError MR_GRAPH_INVALID, MR_OPTION_INVALID */
export function addProcess(builder: GraphBuilder, { operator, actor, inputs, options, site }: ProcessDraft): OperatorNode {
  const parts = instanceOf(actor, operator, site)
  for (const { method } of inputs) checkFunction(parts[method], `${operator}: ${method}`)
  for (const method of ['onTimer', 'onStart', 'onStop'])
    if (parts[method] !== undefined) checkFunction(parts[method], `${operator}: ${method}`)
  const outputs = Object.keys(parts.outputs ?? {})
  if (outputs.length > 0) checkOutputNames(operator, outputs, site)
  const isBroadcast = inputs.some(({ key }) => key === null)
  const spec: ProcessSpec = {
    actor,
    inputs: inputs.map(({ key, method }) => ({ key, method })),
    states: checkStates(parts.state ?? {}, operator, site),
    broadcast: isBroadcast ? checkStates(parts.broadcast ?? {}, operator, site) : null,
    outputs,
  }
  return builder.add({ kind: 'process', inputs: inputs.flatMap(edgesOf), parallelism: 'workers', spec: { ...spec }, options, site })
}

function instanceOf(actor: Made<object>, operator: string, site: string): Parts {
  const made: unknown = typeof actor === 'function' ? (actor as () => unknown)() : actor
  if (typeof made === 'object' && made !== null) return made as Parts
  throw new MillraceError('MR_GRAPH_INVALID', `${operator} takes an actor, or a function that makes one, got ${typeof made}`, { site })
}

export function edgesOf({ origins, key }: Omit<ProcessInput, 'method'>, input: number): InputEdge[] {
  const partitioning = key === null ? { type: 'broadcast' as const } : { type: 'hash' as const, key }
  return origins.map(({ from, output }) => ({ from, output, partitioning, ...(input > 0 && { input }) }))
}

/** A stream of what an actor emits; its further outputs are in `outputs`. */
export type Processed<Out, Side extends OutputTypes> = Stream<Out> & { readonly outputs: OutputStreams<Side> }

/** @throws MillraceError MR_GRAPH_INVALID, MR_OPTION_INVALID */
export function processed<Out, Side extends OutputTypes>(builder: GraphBuilder, draft: ProcessDraft): Processed<Out, Side> {
  const node = addProcess(builder, draft)
  const stream = builder.flows.stream<Out>([outputOf(node)])
  const names = (node.spec as unknown as ProcessSpec).outputs
  const outputs = Object.fromEntries(names.map((name) => [name, builder.flows.stream([outputOf(node, name)])]))
  return Object.assign(stream, { outputs: outputs as OutputStreams<Side> })
}

/** @throws MillraceError MR_GRAPH_INVALID, MR_OPTION_INVALID */
export function checkStates(states: StateSpecs, operator: string, site: string): StateSpecs {
  const names = Object.keys(states)
  if (names.length > 0) checkOutputNames(`${operator} as state`, names, site)
  for (const name of names) checkState(name, states[name]!, operator, site)
  return states
}

function checkState(name: string, spec: StateSpec<unknown>, operator: string, site: string): void {
  if (typeof spec?.stateType !== 'string')
    throw new MillraceError(
      'MR_GRAPH_INVALID',
      `${operator}: state "${name}" was not made by value(), list(), map(), reducing() or aggregating()`,
      {
        site,
      },
    )
  onlyKnown(`state "${name}" of ${operator}`, spec.options, { ttl: 1, version: 1, migrate: 1 }, site)
  const { ttl, version, migrate } = spec.options
  onlyKnown(`ttl of state "${name}" of ${operator}`, ttl, { ms: 1, refresh: 1 }, site)
  const refuse = (what: string): never => {
    throw new MillraceError('MR_OPTION_INVALID', `${operator}: state "${name}" has ${what}`, { site })
  }
  if (ttl !== undefined && !(Number.isFinite(ttl.ms) && ttl.ms > 0)) refuse(`ttl.ms=${String(ttl.ms)}, which is no time in ms above 0`)
  if (ttl?.refresh !== undefined && ttl.refresh !== 'onWrite' && ttl.refresh !== 'onReadAndWrite')
    refuse(`ttl.refresh=${String(ttl.refresh)}, which is not one of 'onWrite', 'onReadAndWrite'`)
  if (version !== undefined && !(Number.isSafeInteger(version) && version >= 1))
    refuse(`version=${String(version)}, which is no integer of 1 or more`)
  if (migrate !== undefined) checkFunction(migrate, `${operator}: migrate of state "${name}"`)
}
