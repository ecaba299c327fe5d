import { writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { STDOUT } from '../write.ts'

const FULL_PIPE_PAUSE_MS = 2

/**
 * Standard output for records. A reader that takes its time holds up whoever prints, and through the outlets the job; never this thread, which
 * Ctrl-C has to reach.
 */
export class RecordPrinter {
  readonly #beforeWrite: () => void
  readonly #onBroken: (error: NodeJS.ErrnoException) => void
  #last: Promise<void> = Promise.resolve()
  #closed = false

  /**
   * @param beforeWrite called before anything is written to a terminal
   * @param onBroken called once, when standard output takes nothing any more: its reader has left (EPIPE), or its disk is full
   */
  constructor(beforeWrite: () => void, onBroken: (error: NodeJS.ErrnoException) => void) {
    this.#beforeWrite = isatty(STDOUT) ? beforeWrite : () => {}
    this.#onBroken = onBroken
    // The stream is not used, but opening it makes writes to a full pipe return instead of wait (not on Windows).
    void process.stdout
  }

  /** Resolves when the text is written, or never will be. */
  async print(text: string): Promise<void> {
    this.#last = this.#last.then(() => this.#write(Buffer.from(text)))
    return this.#last
  }

  /** What was not written yet is left out. */
  close(): void {
    this.#closed = true
  }

  async #write(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length && !this.#closed;) {
      this.#beforeWrite()
      try {
        at += writeSync(STDOUT, bytes, at)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') await new Promise((resolve) => setTimeout(resolve, FULL_PIPE_PAUSE_MS))
        else this.#break(error as NodeJS.ErrnoException)
      }
    }
  }

  #break(error: NodeJS.ErrnoException): void {
    if (this.#closed) return
    this.#closed = true
    this.#onBroken(error)
  }
}
