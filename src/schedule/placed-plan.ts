import type { PlacementPolicy } from '../graph/placement-settings.ts'
import type { Plan } from '../graph/plan.ts'
import type { ResourceLimits } from './settings.ts'
import type { Need } from './units.ts'

/** What is planned for one worker. */
export interface WorkerShare {
  /** What its actors demand. */
  readonly need: Need
  /** What its thread is started with: the option of that name of its Piscina pool. */
  readonly resourceLimits: ResourceLimits
  /** Actors whose demands that limit is made of; empty where it is not. */
  readonly limitedBy: readonly number[]
}

/** Who runs where and why, and what each worker is given. */
export interface Placement {
  readonly policy: PlacementPolicy
  /** By actor number; null: in turn, as without any planner. */
  readonly threads: readonly number[] | null
  /** By actor number. */
  readonly reasons: readonly string[]
  /** What there is for the demands of one worker's actors. */
  readonly room: Need
  readonly workers: readonly WorkerShare[]
}

export interface PlacedPlan extends Plan {
  readonly placement: Placement
}
