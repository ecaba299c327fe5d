import { Console } from 'node:console'
import { writeSync } from 'node:fs'
import { Writable } from 'node:stream'
import { CONSOLE_WAIT_MS_MAX } from '../limits.ts'

/** Between two tries on a pipe that is full. */
const PAUSE_MS = 1
const SLEEP = new Int32Array(new SharedArrayBuffer(4))

/**
 * User code that prints on a thread of ours writes at once. Node would hand its text to the app thread, where it waits, unbounded, for as long
 * as that thread is busy.
 */
export function printFromThisThread(): void {
  globalThis.console = new Console({ stdout: syncStream(1), stderr: syncStream(2) })
}

function syncStream(fd: number): Writable {
  const target = new PatientWriter(fd)
  return new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done) {
      target.write(chunk)
      done()
    },
  })
}

/**
 * A pipe without blocking answers EAGAIN while its reader is behind: then the thread waits, but for a reader that stands still only a bounded time in
 * all; what does not fit after that is dropped until the pipe takes text again. A print must not hold the pipeline up for ever.
 */
export class PatientWriter {
  readonly #fd: number
  readonly #write: (fd: number, bytes: Buffer, at: number) => number
  readonly #patienceMsMax: number
  #patienceMs: number

  /** @param write `fs.writeSync`, or a stand-in for it */
  constructor(fd: number, write: (fd: number, bytes: Buffer, at: number) => number = writeSync, patienceMs = CONSOLE_WAIT_MS_MAX) {
    this.#patienceMsMax = this.#patienceMs = patienceMs
    this.#fd = fd
    this.#write = write
  }

  write(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      try {
        at += this.#write(this.#fd, bytes, at)
        this.#patienceMs = this.#patienceMsMax
      } catch (error) {
        // A closed pipe must not take the pipeline down.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || this.#patienceMs <= 0) return
        Atomics.wait(SLEEP, 0, 0, PAUSE_MS)
        this.#patienceMs -= PAUSE_MS
      }
    }
  }
}
