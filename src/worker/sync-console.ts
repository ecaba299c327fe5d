import { Console } from 'node:console'
import { writeSync } from 'node:fs'
import { Writable } from 'node:stream'

/**
 * User code that prints on a thread of ours writes at once. Node would hand its text to the app thread, where it waits, unbounded, for as long
 * as that thread is busy.
 */
export function printFromThisThread(): void {
  globalThis.console = new Console({ stdout: syncStream(1), stderr: syncStream(2) })
}

function syncStream(fd: number): Writable {
  return new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done) {
      try {
        for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at)
      } catch {
        // A closed or full pipe must not take the pipeline down.
      }
      done()
    },
  })
}
