import { onlyKnown } from '../core/known-options.ts'
import { refuseOption } from '../core/refuse-option.ts'
import type { Machine, PlacementCosts, PlacementPolicy, PlacementSettings } from '../graph/placement-settings.ts'
import { HEAP_MB_MAX, WORKER_HEAP_BASE_MB, YOUNG_GENERATION_MB_DEFAULT } from '../limits.ts'
import type { Need } from './units.ts'

export interface ResourceLimits {
  /**
   * Of one worker's heap, in MB. Default: what Node decides. A worker that runs out of it is lost and replaced, as long as what one collection moves there is less
   * than 16 MB, which needs a young generation of 48 MB at most; beyond, V8 may end the process.
   */
  readonly maxOldGenerationSizeMb?: number
  readonly maxYoungGenerationSizeMb: number
}

/** Complete, as the planner takes it. Can be cloned. */
export interface CheckedPlacement {
  readonly policy: PlacementPolicy
  readonly costs: PlacementCosts
  readonly machine: Machine
  /** As far as launch was told. */
  readonly resourceLimits: Partial<ResourceLimits>
}

/** What the run says counts, part by part. */
export function checkedPlacement(
  job: PlacementSettings,
  run: PlacementSettings,
  limits: Partial<ResourceLimits>,
  here: () => Pick<Machine, 'cores' | 'heapBytes'>,
): CheckedPlacement {
  const { maxOldGenerationSizeMb: old } = limits
  const said = { ...job.machine, ...run.machine }
  const unknown = { diskBytesPerSecond: Infinity, networkBytesPerSecond: Infinity, ioConcurrency: Infinity }
  const machine = { ...unknown, ...here(), ...(old !== undefined && { heapBytes: old * MIB }), ...said }
  return { policy: run.policy ?? job.policy ?? 'demand', costs: run.costs ?? job.costs ?? {}, machine, resourceLimits: limits }
}

export const MIB = 1024 * 1024

/** @throws MillraceError MR_OPTION_INVALID */
export function checkLimits(limits: Partial<ResourceLimits> = {}): Partial<ResourceLimits> {
  onlyKnown('resourceLimits', limits, { maxOldGenerationSizeMb: 1, maxYoungGenerationSizeMb: 1 })
  for (const [name, value] of Object.entries(limits)) {
    if (value === undefined || (typeof value === 'number' && value >= 1 && value <= HEAP_MB_MAX)) continue
    refuseOption(`resourceLimits.${name}`, value, `a number from 1 to ${HEAP_MB_MAX}`)
  }
  return limits
}

/** What V8 is told where no demand says anything. */
export function plainLimits({ maxOldGenerationSizeMb: old, maxYoungGenerationSizeMb }: Partial<ResourceLimits>): ResourceLimits {
  // What one collection moves out of a young generation as large as the old one goes so far beyond the limit that V8 ends the process, not the thread.
  const young = maxYoungGenerationSizeMb ?? Math.min(YOUNG_GENERATION_MB_DEFAULT, Math.max(1, (old ?? Infinity) / 2))
  return { maxYoungGenerationSizeMb: young, ...(old !== undefined && { maxOldGenerationSizeMb: old }) }
}

/** What one worker may be asked for: a thread never runs on more than one core, and its heap holds the engine, too. */
export function roomOf(workers: number, { machine }: CheckedPlacement): Need {
  return { cpu: Math.min(1, machine.cores / workers), heapBytes: Math.max(0, machine.heapBytes - WORKER_HEAP_BASE_MB * MIB) }
}
