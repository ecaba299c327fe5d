import { readlinkSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import { LOW_PRIORITY_NICENESS } from './turn-limits.ts'

/**
 * Gives the calling thread less of a processor that others want as well. Linux keeps priorities by thread: setpriority(2) takes the id of one, which /proc/thread-self names. Elsewhere they
 * belong to processes.
 *
 * @returns false where that cannot be
 */
export function lowerThisThread(): boolean {
  if (process.platform !== 'linux') return false
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').pop())
    // 0 would be the process.
    if (!(thread > 0)) return false
    // Whoever has less already may not have more.
    setPriority(thread, Math.max(LOW_PRIORITY_NICENESS, getPriority(thread)))
    return true
  } catch {
    return false
  }
}
