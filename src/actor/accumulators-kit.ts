/** For operators that keep accumulators by key elsewhere than in memory. */
export { CachedAccumulators } from '../state/working/cached-accumulators.ts'
