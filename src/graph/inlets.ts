import { onlyKnown } from '../core/known-options.ts'
import { EVENT_TIME_OPTIONS, type EventTimeOptions } from './event-time.ts'
import { PLACEMENT_OPTIONS, type PlacementOptions } from './placement-options.ts'
import { definitionSite } from './site.ts'
import type { Stream } from './stream.ts'

export interface InletOptions<T> extends EventTimeOptions<T>, PlacementOptions {}

/** A declared inlet: see {@link inlet}. */
export interface InletSpec<T> {
  readonly millraceInlet: 1
  readonly options: InletOptions<T>
  /** `file:line:column` of its declaration. */
  readonly site: string
  /** Types only. */
  readonly types?: { readonly record: T }
}

/** Declared inlets of a job, by name. */
// oxlint-disable-next-line typescript/no-explicit-any -- a spec is invariant in its records, and a job takes specs of all kinds
export type Inlets = Readonly<Record<string, InletSpec<any>>>

/** Element type of a declared inlet. */
export type InletRecord<S> = S extends InletSpec<infer T> ? T : never

/** The streams of declared inlets, as build() receives them. */
export type InletStreams<I extends Inlets> = { readonly [N in keyof I]: Stream<InletRecord<I[N]>> }

/**
 * Declares an inlet: where the app thread pushes records of type T into the job with `run.inlet(name).push(record)`. The type of the record
 * flows from here into build() and to whoever pushes.
 *
 * @example
 * ```ts
 * export default defineJob(import.meta, {
 *   inlets: { orders: inlet<Order>({ eventTime: order => order.at }) },
 *   build: ({ inlets }) => ({ large: inlets.orders.filter(order => order.cents > 1000) }),
 * })
 * ```
 */
export function inlet<T>(options: InletOptions<T> = {}): InletSpec<T> {
  return inletAt(options, definitionSite(inlet as never))
}

/** The inlet that is declared at `site`. */
export function inletAt<T>(options: InletOptions<T>, site: string): InletSpec<T> {
  onlyKnown('inlet', options, { ...EVENT_TIME_OPTIONS, ...PLACEMENT_OPTIONS }, site)
  return { millraceInlet: 1, options, site }
}
