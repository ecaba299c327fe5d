import { type OptionNames, onlyKnown } from '../core/known-options.ts'
import { refuseOption } from '../core/refuse-option.ts'

/**
 * By what actors are given to workers. 'demand' (default): by what their operators say that they need; those that say nothing go to the workers in turn. 'priority': in the order
 * of their static priority, each to the worker that is taken least. 'load': by what they cost, measured or estimated, so that all workers have equally much to do.
 */
export type PlacementPolicy = 'priority' | 'demand' | 'load'

export const PLACEMENT_POLICIES: readonly PlacementPolicy[] = ['priority', 'demand', 'load']

/** What a run may use. */
export interface Machine {
  /** Default: those that the process may use, and no more than the quota of its container. */
  readonly cores: number
  /** Old generation of one worker's heap. Default: `resourceLimits.maxOldGenerationSizeMb`, else what Node.js allows. */
  readonly heapBytes: number
  /** Of the whole process, as are those that follow. Default: unknown, so that any demand is met. */
  readonly diskBytesPerSecond: number
  readonly networkBytesPerSecond: number
  readonly ioConcurrency: number
}

/**
 * What actors cost, by the name of their operators: the share of a worker's time that one instance takes, or a list with that of each instance. Only relations count.
 * See {@link placementCosts}.
 */
export type PlacementCosts = Readonly<Record<string, number | readonly number[]>>

/** How a run is spread over its workers: option `placement` of a job, and of `launch`, which counts where both say it. */
export interface PlacementSettings {
  readonly policy?: PlacementPolicy
  /** For the policy 'load'. Operators that are not named count as their `demand.cpu`, or, without one, their actor as a tenth of a worker. */
  readonly costs?: PlacementCosts
  /** What is not said is looked up. */
  readonly machine?: Partial<Machine>
}

export type PlacementOption = PlacementPolicy | PlacementSettings

const MACHINE: OptionNames<Machine> = { cores: 1, heapBytes: 1, diskBytesPerSecond: 1, networkBytesPerSecond: 1, ioConcurrency: 1 }

/**
 * The form with a name for each part.
 *
 * @throws MillraceError MR_OPTION_INVALID
 */
export function placementSettings(option: PlacementOption | undefined, site?: string): PlacementSettings {
  const where = site === undefined ? {} : { site }
  const refuse = (what: string, value: unknown, wanted: string): never => refuseOption(what, value, wanted, where)
  const settings: PlacementSettings = typeof option === 'string' ? { policy: option } : (option ?? {})
  if (option === null) refuse('placement', option, `one of ${PLACEMENT_POLICIES.join(', ')}, nor { policy, costs, machine }`)
  onlyKnown('placement', settings, { policy: 1, costs: 1, machine: 1 }, site)
  const { policy, costs, machine } = settings
  if (policy !== undefined && !PLACEMENT_POLICIES.includes(policy)) refuse('placement', policy, `one of ${PLACEMENT_POLICIES.join(', ')}`)
  onlyKnown('placement.machine', machine, MACHINE, site)
  for (const [name, value] of Object.entries(machine ?? {}))
    if (!(typeof value === 'number' && value > 0)) refuse(`placement.machine.${name}`, value, 'a number above 0')
  if (costs !== undefined && (typeof costs !== 'object' || costs === null || Array.isArray(costs)))
    refuse('placement.costs', costs, 'an object with a cost for each operator')
  for (const [name, cost] of Object.entries(costs ?? {}))
    for (const one of Array.isArray(cost) ? cost : [cost])
      if (!(typeof one === 'number' && one >= 0 && one < Infinity))
        refuse(`placement.costs[${JSON.stringify(name)}]`, one, 'a number of 0 or more')
  return settings
}
