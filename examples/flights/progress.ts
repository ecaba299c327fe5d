import { writeSync } from 'node:fs'
import { formatCount } from './table.ts'

const TERMINAL_INTERVAL_MS = 100
const LOG_INTERVAL_MS = 1_000
const BACK_AND_CLEAR = '\r\x1b[K'

export interface ProgressOptions {
  /** Records in the whole job. */
  readonly total: number
  /** Whether lines can be overwritten. */
  readonly terminal: boolean
  readonly write: (text: string) => void
  /** Milliseconds. */
  readonly now: () => number
}

/** Tells how far the job is: one line that changes on a terminal, a line every second elsewhere. */
export class Progress {
  readonly #options: ProgressOptions
  readonly #intervalMs: number
  /** Of the first report: a run that goes on from a checkpoint does not count what an earlier one did. */
  #started: { readonly at: number; readonly records: number } | undefined
  #reportedAt = -Infinity

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#intervalMs = options.terminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS
  }

  /** @param records processed so far, those before a checkpoint included; cheap, so call it as often as you like */
  report(records: number): void {
    const now = this.#options.now()
    this.#started ??= { at: now, records }
    if (now - this.#reportedAt < this.#intervalMs) return
    this.#reportedAt = now
    const line = this.line(records, now)
    this.#options.write(this.#options.terminal ? `${BACK_AND_CLEAR}${line}` : `${line}\n`)
  }

  line(records: number, now: number): string {
    const started = this.#started ?? { at: now, records }
    const seconds = (now - started.at) / 1000
    const rate = seconds > 0 ? ` · ${formatCount(Math.round((records - started.records) / seconds))} events/s` : ''
    const percent = Math.min(100, Math.floor((records / this.#options.total) * 100))
    return `${String(percent).padStart(3)} % · ${formatCount(records)} of ${formatCount(this.#options.total)} events${rate}`
  }

  /** A line that stays, such as "restarting as attempt 2". The rate is counted anew from here. */
  say(line: string): void {
    this.#started = undefined
    this.#options.write(`${this.#options.terminal ? BACK_AND_CLEAR : ''}${line}\n`)
    this.#reportedAt = -Infinity
  }

  /** Ends the line that changes. */
  end(): void {
    if (this.#options.terminal) this.#options.write(BACK_AND_CLEAR)
  }
}

/** Progress on standard error, written at once: a console's output waits while the thread is busy. */
export function stderrProgress(total: number): Progress {
  return new Progress({ total, terminal: process.stderr.isTTY === true, write: writeError, now: () => performance.now() })
}

function writeError(text: string): void {
  try {
    writeSync(2, text)
  } catch {
    // A full or closed pipe: a line of progress is not worth ending the job.
  }
}
