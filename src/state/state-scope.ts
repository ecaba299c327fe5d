import { MillraceError } from '../errors.ts'
import type { StateJournal } from './state-journal.ts'

/** In place of a slot: no call of the actor is under way. */
export const CLOSED = -1
/** In place of a slot: a call is under way that is about no key. */
export const NO_KEY = -2

/** What all handles of one actor share: which key is the current one. */
export class StateScope {
  /** Slot of the current key, {@link CLOSED} or {@link NO_KEY}. */
  slot = CLOSED
  /** Time of the clock in ms, as the current batch sees it. */
  nowMs = 0
  /** Where changes are noted while they may have to be undone. */
  journal: StateJournal | null = null
  /** Whether values are frozen when they come in. */
  readonly freezes: boolean

  constructor(freezes: boolean) {
    this.freezes = freezes
  }
}

/** What a scope without a slot means. */
export function refuseAccess(slot: number): never {
  if (slot === NO_KEY) throw new MillraceError('MR_CONTEXT_CLOSED', 'Keyed state and timers need a key, and this call is about none')
  throw new MillraceError(
    'MR_CONTEXT_CLOSED',
    'The context of an actor was used outside of the call that it was given to: after an await, or kept',
  )
}
