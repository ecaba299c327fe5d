import { writeSync } from 'node:fs'

export const STDOUT = 1
export const STDERR = 2

const EAGAIN_PAUSE_MS = 2

/** Writes at once, so that a busy event loop or an early exit holds nothing back. @throws what the system says, EPIPE when nobody reads */
export function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      // A full pipe that was opened without blocking: its reader needs time.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, EAGAIN_PAUSE_MS)
    }
  }
}

/** Standard error for people: a closed or full pipe there is not worth ending a job. */
export function writeError(text: string): void {
  try {
    writeAll(STDERR, text)
  } catch {
    // Nobody looks.
  }
}
