/** Who restarts when an actor fails: a pure function, beside that which says whether anybody does. */
import { LONE_RESTARTS_IN_ROW_MAX } from './scope-limits.ts'

/** What is known when an actor has failed. */
export interface ScopeView {
  /** What its worker says: null where nobody asked for actors that restart alone; else why it cannot, null when it can. */
  readonly offer: { readonly because: string | null } | null
  /** The attempt runs, and is not about to end. */
  readonly isRunning: boolean
  /** A checkpoint is awaited behind which the attempt ends. */
  readonly isChanging: boolean
  /** How often this actor was restarted alone at the place where it has failed again. */
  readonly inRow: number
}

/** `because`: why it is the region, where that was to be otherwise. */
export interface Scope {
  readonly restarts: 'actor' | 'region'
  readonly because: string | null
}

export function decideScope({ offer, isRunning, isChanging, inRow }: ScopeView): Scope {
  const region = (because: string | null): Scope => ({ restarts: 'region', because })
  if (offer === null || offer.because !== null) return region(offer?.because ?? null)
  if (!isRunning) return region('the attempt does not run')
  if (isChanging) return region('the layout of the job is about to change')
  if (inRow >= LONE_RESTARTS_IN_ROW_MAX) return region(`it was restarted ${inRow} times at this place, and fails there again`)
  return { restarts: 'actor', because: null }
}
