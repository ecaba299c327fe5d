import type { BalanceLimits } from './moves.ts'

/** By which a run tells what had better move. Nothing is carried out, so there is nothing to cool down from. */
export const ADVICE_LIMITS: BalanceLimits = { hotShare: 0.8, gapShare: 0.3, gainShare: 0.1, holdMs: 2_000, coolDownMs: 0, movesMax: 4 }
