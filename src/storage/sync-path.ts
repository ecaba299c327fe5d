import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

/** Waits until a file is on disk. */
export function syncPath(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/**
 * Waits until it is on disk what a directory lists, and what those above it do: without that all of it may be gone after a loss of power, though its files were synced.
 * Where the system refuses it (Windows; a directory that may not be read; some network file systems), it is left to the system.
 *
 * @param levels how many directories
 */
export function syncDirectory(path: string, levels: number): void {
  let at = path
  for (let level = 0; level < levels; level++, at = dirname(at)) {
    try {
      syncPath(at)
    } catch {
      return
    }
  }
}
