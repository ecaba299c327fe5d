/** For operators that keep a row of state by key, with the times at which they want to be called for it. */
export { CachedRows, type RowsByKey } from '../time/cached-rows.ts'
