import { readFileSync } from 'node:fs'

/**
 * The most memory that this process had so far, or null where the system does not say. Not `process.resourceUsage().maxRSS`: on Linux that begins with
 * what the process that started this one had.
 */
export function peakRssBytes(): number | null {
  try {
    const kib = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]
    return kib === undefined ? null : Number(kib) * 1024
  } catch {
    return null
  }
}
