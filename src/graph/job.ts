import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'
import type { Graph } from './graph.ts'
import { OUTLET_KIND } from './graph.ts'
import { GraphBuilder } from './graph-builder.ts'
import { KeyedStream } from './keyed-stream.ts'
import { definitionSite } from './site.ts'
import { sink } from './sinks.ts'
import { Sources } from './sources.ts'
import { type StandardSchema, parseConfig } from './standard-schema.ts'
import { Stream } from './stream.ts'
import { Table } from './table.ts'

/** What `build` receives. */
export interface BuildContext<C> {
  readonly source: Sources
  readonly sink: typeof sink
  readonly inlet: Sources['inlet']
  readonly config: C
}

/** Streams that build() returns, by the name of their outlet. A table becomes the stream of its changes. */
// oxlint-disable-next-line typescript/no-explicit-any -- a stream is invariant in its records, and outlets take streams of all kinds
export type Outlets = Readonly<Record<string, Stream<any> | Table<any>>>

export interface JobOptions<C, O extends Outlets> {
  /** Default: the name of the module's file. */
  readonly name?: string
  /** Any Standard Schema (zod, valibot, arktype ...). Without one, `config` is what launch was given. */
  readonly config?: StandardSchema<C>
  /** Describes the graph. Runs once in every thread and must give the same graph in all of them: no clock, no randomness, no environment. */
  readonly build: (context: BuildContext<C>) => O | void
}

/** A job: a value that a module exports, so that every thread can import it. */
export interface Job<C = unknown, O extends Outlets = Outlets> {
  readonly millraceJob: 1
  readonly name: string
  /** URL of the module that exports it. */
  readonly url: string
  readonly buildGraph: (rawConfig: unknown) => Promise<Graph>
  /** Types only. */
  readonly types?: { readonly config: C; readonly outlets: O }
}

/** Element type of an outlet. */
export type OutletRecord<S> = S extends Stream<infer T> ? T : S extends Table<infer R> ? R : never

/**
 * Defines a job. Its module must export it as default: `export default defineJob(import.meta, { build })`.
 *
 * @throws MillraceError MR_JOB_INVALID when the arguments are not of that form.
 */
export function defineJob<C = Readonly<Record<string, never>>, O extends Outlets = Outlets>(meta: { readonly url: string }, options: JobOptions<C, O>): Job<C, O> {
  if (typeof meta?.url !== 'string') throw new MillraceError('MR_JOB_INVALID', 'defineJob takes import.meta as its first argument')
  if (typeof options?.build !== 'function') throw new MillraceError('MR_JOB_INVALID', `The job in ${meta.url} has no build function`)
  const name = options.name ?? basename(meta.url.startsWith('file:') ? fileURLToPath(meta.url) : meta.url).replace(/\.[cm]?[jt]s$/, '')
  const site = definitionSite(defineJob as never)
  return {
    millraceJob: 1,
    name,
    url: meta.url,
    buildGraph: async rawConfig => build(name, options, await parseConfig(options.config, rawConfig, name), site),
  }
}

function build<C, O extends Outlets>(name: string, options: JobOptions<C, O>, config: C, site: string): Graph {
  const builder = new GraphBuilder(name, (self) => ({
    stream: (edges) => new Stream(self, edges),
    keyed: (origins, key) => new KeyedStream(self, origins, key),
    table: (draft) => new Table(self, draft),
  }))
  const source = new Sources(builder)
  const outlets = describing(name, site, () => options.build({ source, sink, inlet: source.inlet.bind(source), config }))
  if (outlets instanceof Promise) throw new MillraceError('MR_JOB_INVALID', `build() of job "${name}" is async; it must return its outlets at once`, { site })
  for (const [outlet, stream] of Object.entries((outlets ?? {}) as Outlets)) addOutlet(builder, outlet, stream, site)
  const graph = builder.finish()
  if (graph.nodes.length === 0) throw new MillraceError('MR_GRAPH_INVALID', `The job "${name}" has no operators`, { site })
  return graph
}

function describing(jobName: string, site: string, describe: () => unknown): unknown {
  try {
    return describe()
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause
    const { class: type, message } = describeError(cause)
    throw new MillraceError('MR_GRAPH_INVALID', `build() of job "${jobName}" threw ${type}: ${message}`, { cause, site })
  }
}

function addOutlet(builder: GraphBuilder, name: string, value: unknown, site: string): void {
  const stream = value instanceof Table ? value.toStream({ emit: 'changes' }) : value
  if (!(stream instanceof Stream)) throw new MillraceError('MR_GRAPH_INVALID', `build() returned "${name}", which is neither a stream nor a table`, { site })
  // Outlets have names of their own: an operator and the outlet of its stream may be called alike.
  builder.add({ kind: OUTLET_KIND, inputs: stream.edges(), parallelism: 1, options: { name: `outlet:${name}` }, spec: { outlet: name }, site })
}
