import { writeSync } from 'node:fs'
import { MillraceError } from '../src/errors.ts'

/** Between two tries on a pipe that is full. */
const PAUSE_MS = 1
const clock = new Int32Array(new SharedArrayBuffer(4))

/** Writes to standard output and the like at once. A pipe that is full answers EAGAIN; its reader needs time, and holds the job back. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      // Whoever has left does not come back for a restart.
      if (code === 'EPIPE') throw new MillraceError('MR_PATH_UNUSABLE', `Nobody reads file descriptor ${fd} any more`, { cause: error })
      if (code !== 'EAGAIN')
        throw new MillraceError('MR_SINK_FAILED', `Cannot write to file descriptor ${fd}: ${message}`, { cause: error })
      Atomics.wait(clock, 0, 0, PAUSE_MS)
    }
  }
}
