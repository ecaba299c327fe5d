import type { BalanceLimits } from './moves.ts'

/** By which a run tells what had better move. Nothing is carried out, so there is nothing to cool down from. */
export const ADVICE_LIMITS: BalanceLimits = { hotShare: 0.8, gapShare: 0.3, gainShare: 0.1, holdMs: 2_000, coolDownMs: 0, movesMax: 4 }

/** By which actors are moved with the option `balance`. A move costs a pause, so the first one has to be worth it, and each one after it waits for twice as long. */
export const BALANCE_LIMITS: BalanceLimits = {
  hotShare: 0.8,
  gapShare: 0.3,
  gainShare: 0.1,
  holdMs: 1_000,
  coolDownMs: 2_000,
  movesMax: 16,
}

/** Time between two looks at the load of the workers. */
export const BALANCE_LOOK_MS = 500

/** An attempt that is younger says nothing about its load: its code is not compiled yet. */
export const BALANCE_WARM_UP_MS = 1_000

/** For so long an actor does not go back to a worker that it has left, and moves count for the pause before the next one. */
export const BALANCE_MEMORY_MS = 10 * 60_000

/** The pause after a move is not doubled more often. */
export const BALANCE_DOUBLINGS_MAX = 8
