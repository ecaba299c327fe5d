/** What operators use that can keep their state by key elsewhere than in memory. */
export { CachedBackend } from '../state/working/cached-backend.ts'
export { CachedValues } from '../state/working/cached-values.ts'
export { heapBytes } from '../state/working/heap-bytes.ts'
export type { KeyCache } from '../state/working/key-cache.ts'
export { restorePaced } from '../state/working/paced-restore.ts'
