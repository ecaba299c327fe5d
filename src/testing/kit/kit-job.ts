import { type BuildContext, type Built, type Job, type OutletsOf, defineJob } from '../../graph/job.ts'
import type { InletOptions } from '../../graph/inlets.ts'
import { Stream } from '../../graph/stream.ts'
import type { AnyStream } from '../../graph/stream-types.ts'
import { Table } from '../../graph/table.ts'
import type { BackendOption } from '../../graph/state-backend.ts'
import { definitionSite } from '../../graph/site.ts'

export interface KitInputOptions {
  /** Channels that bring the input, each with watermarks and idleness of its own. Default 1. */
  readonly channels?: number
  /** False: its records have no event times, and it has no watermarks. Default true. */
  readonly timed?: boolean
}

/** What a piece under test is built from: all that build() of a job gets, and inputs that the script fills. */
export interface KitContext extends BuildContext<Readonly<Record<string, never>>> {
  /** An input whose records, event times and watermarks come from the script. Name it where there are several. An `inlet` may be filled by the script as well: it makes its own times. */
  readonly input: <T>(name?: string, options?: KitInputOptions) => Stream<T>
}

/** What a piece under test may end in: a stream or table, whose outlet is called `out`, or several by name. */
// oxlint-disable-next-line typescript/no-explicit-any -- a stream is invariant in its records, and outlets take streams of all kinds
export type KitBuilt = AnyStream | Table<any> | Built

// oxlint-disable-next-line typescript/no-explicit-any -- as above
export type KitOutlets<B extends KitBuilt> = B extends AnyStream | Table<any> ? { readonly out: B } : B extends Built ? OutletsOf<B> : never

/** A job with one inlet for each channel of each input. */
export interface KitJob {
  readonly job: Job
  /** By input, the inlets of its channels; known once the graph was built. */
  readonly inputs: ReadonlyMap<string, readonly string[]>
}

export const INPUT_DEFAULT = 'in'

export function kitJob(name: string, build: (context: KitContext) => KitBuilt, backend: BackendOption = 'memory'): KitJob {
  const inputs = new Map<string, readonly string[]>()
  const job = defineJob(
    { url: 'file:///kit.js' },
    {
      name,
      backend,
      build: (context: BuildContext<Readonly<Record<string, never>>>) => {
        inputs.clear()
        const input = <T>(as = INPUT_DEFAULT, { channels = 1, timed = true }: KitInputOptions = {}): Stream<T> => {
          const inlets = Array.from({ length: channels }, (_, channel) => (channels === 1 ? as : `${as}.${channel}`))
          inputs.set(as, inlets)
          const site = definitionSite(input as never)
          const options = { timed } as InletOptions<T>
          const [first, ...others] = inlets.map((inlet) => context.source.declared<T>(inlet, { millraceInlet: 1, options, site }))
          return first!.union(...others) as Stream<T>
        }
        const built = build({ ...context, input })
        return built instanceof Stream || built instanceof Table ? { out: built } : built
      },
    },
  )
  return { job: job as unknown as Job, inputs }
}
