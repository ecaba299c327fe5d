import { WORKING_RESTORE_BYTES_AHEAD_MAX } from '../../limits.ts'
import type { KeyCache } from './key-cache.ts'

/** Restores one piece of state after the other, and waits meanwhile for the working store to take in what does not fit into memory. */
export async function restorePaced<T>(pieces: Iterable<T>, restore: (piece: T) => void, cache: KeyCache | null): Promise<void> {
  let takenBytes = 0
  for (const piece of pieces) {
    restore(piece)
    if (cache === null || cache.sentBytes - takenBytes < WORKING_RESTORE_BYTES_AHEAD_MAX) continue
    await cache.taken()
    takenBytes = cache.sentBytes
  }
}
