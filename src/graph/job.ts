import { onlyKnown } from '../core/known-options.ts'
import { basename } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describeError } from '../core/failure.ts'
import { type MaskPaths, maskPaths } from '../core/mask.ts'
import { MillraceError } from '../errors.ts'
import { CHECKPOINT_OPTIONS, type CheckpointSettings, checkpointSettings } from './checkpoint-settings.ts'
import type { Graph } from './graph.ts'
import { OUTLET_KIND } from './graph.ts'
import { type DeadLetter, type ErrorPolicy, checkPolicy } from './error-policy.ts'
import { type Flows, GraphBuilder } from './graph-builder.ts'
import { type InletOptions, type InletSpec, type InletStreams, type Inlets, inletAt } from './inlets.ts'
import { KeyedStream } from './keyed-stream.ts'
import { type PlacementOption, type PlacementSettings, placementSettings } from './placement-settings.ts'
import { definitionSite, located } from './site.ts'
import { type SinkSpec, sink } from './sinks.ts'
import { Sources } from './sources.ts'
import { type ConfigIssue, type StandardSchema, configIssues, parseConfig } from './standard-schema.ts'
import { type BackendOption, checkBackend } from './state-backend.ts'
import { Stream } from './stream.ts'
import type { AnyStream } from './stream-types.ts'
import { Table } from './table.ts'
import { WindowedStream } from './windowed-stream.ts'

/** What `build` receives. */
export interface BuildContext<C, I extends Inlets = NoInlets> {
  readonly source: Sources
  readonly sink: typeof sink
  /** Streams of the inlets that the job declares, by name. */
  readonly inlets: InletStreams<I>
  /**
   * An inlet whose name is known only while the graph is built, from `config` for example. What happens within build() is no part of its type,
   * so `run.inlet<T>(name)` has to be told the type of such an inlet again: declare inlets in `inlets` where you can.
   */
  readonly inlet: <T>(name: string, options?: InletOptions<T>) => Stream<T>
  /**
   * The dead letters of all operators with `onError: 'deadLetter'` that were defined before this call: make it the last one.
   *
   * @throws MillraceError MR_GRAPH_INVALID when there are none
   */
  readonly deadLetters: () => Stream<DeadLetter>
  readonly config: C
}

/** A job that declares no inlets. */
export type NoInlets = Readonly<Record<never, never>>

/** A job whose build() returns no streams. */
export type NoOutlets = Readonly<Record<never, never>>

/** Streams that build() returns, by the name of their outlet. A table becomes the stream of its changes. */
// oxlint-disable-next-line typescript/no-explicit-any -- a table is invariant in its rows, and outlets take tables of all kinds
export type Outlets = Readonly<Record<string, AnyStream | Table<any>>>

/** What build() may return. */
export type Built = Outlets | void

/** The outlets of a job by what its build() returns. */
export type OutletsOf<B extends Built> = unknown extends B ? Outlets : [B] extends [void] ? NoOutlets : Exclude<B, void>

export interface JobOptions<C, B extends Built, I extends Inlets = NoInlets, R = C> extends CheckpointSettings {
  /** Default: the name of the module's file. */
  readonly name?: string
  /** Any Standard Schema (zod, valibot, arktype ...). Without one, `config` is what launch was given. */
  readonly config?: StandardSchema<C, R>
  /** Where the app thread pushes records in, by name. See {@link inlet}. */
  readonly inlets?: I
  /** What happens when an operator throws on a record, unless its own options say so. Default: 'fail'. Operators that process dead letters fail. */
  readonly onError?: ErrorPolicy
  /** Where operators that can choose keep their state by key, unless their own options, or those of `launch`, say it. Default 'memory'. */
  readonly backend?: BackendOption
  /** By what actors are given to workers, unless `launch` says it. Default 'demand'. */
  readonly placement?: PlacementOption
  /**
   * Fields that people are not to see, as paths: `['email', 'card.number']`. They are '***' in dead letters; what user code throws is told without its message, and keys that
   * statistics show are '***'. State and outputs are as they are. See docs/errors-in-jobs.md.
   */
  readonly mask?: readonly string[]
  /** Where the dead letters of all operators go. */
  readonly deadLetters?: SinkSpec<DeadLetter>
  /** Describes the graph. Runs once in every thread and must give the same graph in all of them: no clock, no randomness, no environment. */
  readonly build: (context: BuildContext<C, I>) => B
}

/**
 * A job: a value that a module exports, so that every thread can import it.
 *
 * Its types: C is the configuration that build() sees, O its outlets, I its declared inlets, R the configuration that launch() takes,
 * which a schema may turn into C.
 */
export interface Job<C = unknown, O extends Outlets = Outlets, I extends Inlets = Inlets, R = unknown> {
  readonly millraceJob: 1
  readonly name: string
  /** URL of the module that exports it. */
  readonly url: string
  /** What it says about its checkpoints. */
  readonly checkpoints?: CheckpointSettings
  /** What it says about who runs where. */
  readonly placement?: PlacementSettings
  readonly buildGraph: (rawConfig: unknown) => Promise<Graph>
  /** What the job's schema says against a configuration. */
  readonly configIssues: (rawConfig: unknown) => Promise<readonly ConfigIssue[]>
  /** Types only. */
  readonly types?: { readonly config: C; readonly outlets: O; readonly inlets: I; readonly launchConfig: R }
}

/** Where a job is defined: `import.meta` of an ES module, `module` of a CommonJS module, or just its URL. */
export type ModuleMeta = { readonly url: string } | { readonly filename: string }

/** Element type of an outlet. */
export type OutletRecord<S> = S extends Stream<infer T> ? T : S extends Table<infer R> ? R : never

/**
 * Defines a job. Its module must export it as default: `export default defineJob(import.meta, { build })`, or in CommonJS
 * `module.exports = defineJob(module, { build })`.
 *
 * @throws MillraceError MR_JOB_INVALID when the arguments are not of that form.
 */
export function defineJob<C = Readonly<Record<string, never>>, B extends Built = Outlets, I extends Inlets = NoInlets, R = C>(
  meta: ModuleMeta,
  options: JobOptions<C, B, I, R>,
): Job<C, OutletsOf<B>, I, R> {
  const url = moduleUrl(meta)
  if (typeof options?.build !== 'function') throw new MillraceError('MR_JOB_INVALID', `The job in ${url} has no build function`)
  const site = definitionSite(defineJob as never)
  onlyKnown(
    'defineJob',
    options,
    { ...CHECKPOINT_OPTIONS, name: 1, config: 1, inlets: 1, onError: 1, backend: 1, placement: 1, deadLetters: 1, mask: 1, build: 1 },
    site,
  )
  const name = options.name ?? basename(url.startsWith('file:') ? fileURLToPath(url) : url).replace(/\.[cm]?[jt]s$/, '')
  return {
    millraceJob: 1,
    name,
    url,
    checkpoints: checkpointSettings(options),
    placement: placementSettings(options.placement, site),
    configIssues: (rawConfig) => configIssues(options.config, rawConfig, name),
    buildGraph: async (rawConfig) => build(name, options, await parseConfig(options.config, rawConfig, name), site),
  }
}

/** @throws MillraceError MR_OPTION_INVALID */
function checkMask(mask: unknown, site: string): MaskPaths {
  const paths = mask === undefined ? [] : maskPaths(mask)
  if (paths === null) throw new MillraceError('MR_OPTION_INVALID', `mask is not a list of fields, as ['email', 'card.number']`, { site })
  return paths
}

/** A CommonJS `module` has no URL, but a path. */
function moduleUrl(meta: Partial<Record<'url' | 'filename', unknown>>): string {
  if (typeof meta?.url === 'string') return meta.url
  if (typeof meta?.filename === 'string') return pathToFileURL(meta.filename).href
  throw new MillraceError('MR_JOB_INVALID', 'defineJob takes import.meta as its first argument, or module in a CommonJS module')
}

function build<C, B extends Built, I extends Inlets, R>(name: string, options: JobOptions<C, B, I, R>, config: C, site: string): Graph {
  const makeFlows = (self: GraphBuilder): Flows => ({
    stream: (edges) => new Stream(self, edges),
    keyed: (origins, key) => new KeyedStream(self, origins, key),
    table: (draft) => new Table(self, draft),
    windowed: (draft) => new WindowedStream(self, draft),
  })
  const builder = new GraphBuilder(
    name,
    makeFlows,
    checkPolicy(options.onError, site),
    checkBackend(options.backend, site),
    checkMask(options.mask, site),
  )
  const source = new Sources(builder)
  const inlets = Object.fromEntries(
    Object.entries(options.inlets ?? {}).map(([inlet, spec]) => [inlet, declaredInlet(source, inlet, spec, site)]),
  )
  const context = {
    source,
    sink,
    inlet: inletsOf(source),
    inlets: inlets as InletStreams<I>,
    config,
    deadLetters: () => allLetters(builder, site),
  }
  const outlets = describing(name, site, () => options.build(context))
  if (outlets instanceof Promise)
    throw new MillraceError('MR_JOB_INVALID', `build() of job "${name}" is async; it must return its outlets at once`, { site })
  for (const [outlet, stream] of Object.entries((outlets ?? {}) as Outlets)) addOutlet(builder, outlet, stream, site)
  if (options.deadLetters !== undefined && builder.letters().length > 0)
    allLetters(builder, site).to(options.deadLetters, { name: 'deadLetters' })
  const graph = builder.finish()
  if (graph.nodes.length === 0) throw new MillraceError('MR_GRAPH_INVALID', `The job "${name}" has no operators`, { site })
  return graph
}

function inletsOf(source: Sources): BuildContext<unknown>['inlet'] {
  return function inlet(name, options = {}) {
    return source.declared(name, inletAt(options, definitionSite(inlet as never)))
  }
}

function allLetters(builder: GraphBuilder, site: string): Stream<DeadLetter> {
  const edges = builder.letters()
  if (edges.length > 0) return new Stream(builder, edges)
  throw new MillraceError('MR_GRAPH_INVALID', "deadLetters() was called, but no operator before it has onError: 'deadLetter'", { site })
}

function declaredInlet<T>(sources: Sources, name: string, spec: InletSpec<T>, site: string): Stream<T> {
  if (spec?.millraceInlet !== 1)
    throw new MillraceError('MR_GRAPH_INVALID', `The declared inlet "${name}" was not made by inlet()`, { site })
  return sources.declared(name, spec)
}

function describing(jobName: string, site: string, describe: () => unknown): unknown {
  try {
    return located(describe)
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause
    const { class: type, message } = describeError(cause)
    throw new MillraceError('MR_GRAPH_INVALID', `build() of job "${jobName}" threw ${type}: ${message}`, { cause, site })
  }
}

function addOutlet(builder: GraphBuilder, name: string, value: unknown, site: string): void {
  const stream = value instanceof Table ? value.toStream({ emit: 'changes' }) : value
  if (!(stream instanceof Stream))
    throw new MillraceError('MR_GRAPH_INVALID', `build() returned "${name}", which is neither a stream nor a table`, { site })
  // Outlets have names of their own: an operator and the outlet of its stream may be called alike.
  builder.add({
    kind: OUTLET_KIND,
    inputs: stream.edges(),
    parallelism: 1,
    options: { name: `outlet:${name}` },
    spec: { outlet: name },
    site,
  })
}
