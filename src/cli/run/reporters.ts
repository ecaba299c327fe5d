import { errorData, errorText } from '../error-text.ts'
import { jsonLine } from '../json-line.ts'
import { LiveBlock } from './live-block.ts'
import { progressBlock, progressLine } from './progress-text.ts'
import { type Reporter, type RunEvent, eventText } from './run-event.ts'

type Write = (text: string) => void

/** Whether errors come with their stacks. */
interface Verbosity {
  readonly verbose: boolean
}

/** A block that changes, lines above it for what happens. */
export class TerminalReporter implements Reporter {
  readonly #write: Write
  readonly #width: () => number
  readonly #verbosity: Verbosity
  readonly #block: LiveBlock

  /** @param width columns of the terminal, asked anew for every picture since windows change */
  constructor(write: Write, width: () => number, verbosity: Verbosity) {
    this.#write = write
    this.#width = width
    this.#verbosity = verbosity
    this.#block = new LiveBlock(write)
  }

  report(event: RunEvent): void {
    // One column stays free: a full line wraps on some terminals.
    if (event.event === 'progress') return this.#block.draw(progressBlock(event, event, this.#width() - 1))
    const text = lineOf(event, this.#verbosity)
    if (text === null) return
    this.#block.clear()
    this.#write(text)
  }

  giveWay(): void {
    this.#block.clear()
  }
}

/** One line for everything. */
export function logReporter(write: Write, verbosity: Verbosity): Reporter {
  const textOf = (event: RunEvent): string | null =>
    event.event === 'progress' ? `${progressLine(event, event)}\n` : lineOf(event, verbosity)
  return lineReporter(write, textOf)
}

/** One JSON value a line. */
export function jsonReporter(write: Write, verbosity: Verbosity): Reporter {
  return lineReporter(write, (event) => jsonLine(event.event === 'failed' ? { ...event, error: errorData(event.error, verbosity) } : event))
}

function lineReporter(write: Write, textOf: (event: RunEvent) => string | null): Reporter {
  const report = (event: RunEvent): void => {
    const text = textOf(event)
    if (text !== null) write(text)
  }
  return { report, giveWay: () => {} }
}

function lineOf(event: RunEvent, verbosity: Verbosity): string | null {
  if (event.event === 'failed') return errorText(event.error, verbosity)
  const text = eventText(event)
  return text === null ? null : `${text}\n`
}
