import { writeSync } from 'node:fs'

/** Between two tries on a pipe that is full. */
const PAUSE_MS = 1
const clock = new Int32Array(new SharedArrayBuffer(4))

/** Writes to standard output and the like at once. A pipe that is full answers EAGAIN; its reader needs time, and holds the job back. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(clock, 0, 0, PAUSE_MS)
    }
  }
}
