import { type DestinationStream, pino } from 'pino'
import type { LogLines, RunLogger } from '../../app/run-logger.ts'
import { printableJson } from '../json-line.ts'
import { printable } from '../printable.ts'
import { type Reporter, type RunEvent, eventText } from './run-event.ts'

export type LogFormat = 'json' | 'pretty' | 'off'

/** Lines of pino, or for people, or none but what made the run fail. */
export function commandLogger(format: LogFormat, write: (text: string) => void): RunLogger {
  if (format === 'off') return { info: () => {}, warn: () => {}, error: (_, message) => write(printable(`${message}\n`)) }
  const destination: DestinationStream = { write: (line) => write(format === 'json' ? printableJson(line) : printable(prettyLine(line))) }
  return pino({}, destination)
}

/** Events of a run, in the words of `launch({ logger })`. Progress is for the eye, and stands in no log. */
export function runLogReporter(log: LogLines): Reporter {
  return { report: (event) => report(event, log), giveWay: () => {} }
}

function report(event: RunEvent, log: LogLines): void {
  switch (event.event) {
    case 'progress':
      return
    case 'failed':
      return log.failed(event.error)
    case 'restart':
    case 'checkpoint':
    case 'checkpoint-failed':
    case 'layout': {
      const { event: type, ...notice } = event
      return log.notice({ type, ...notice })
    }
    case 'ended':
      if (event.badRecords) log.badRecords(event.badRecords)
      break
    default:
  }
  const { event: name, ...fields } = event
  const { text: _, job: __, ...own } = fields as Readonly<Record<string, unknown>>
  log.line('info', name, eventText(event) ?? name, own)
}

const LEVELS: Readonly<Record<number, string>> = { 30: 'info ', 40: 'WARN ', 50: 'ERROR' }

interface PinoLine {
  readonly level: number
  readonly time: number
  readonly event: string
  readonly msg: string
  readonly err?: { readonly stack?: string }
}

/** Time, level, event, text; below it the stack of what failed. */
export function prettyLine(json: string): string {
  const { level, time, event, msg, err } = JSON.parse(json) as PinoLine
  const stack = err?.stack === undefined ? '' : `${err.stack.replaceAll(/^/gm, '    ')}\n`
  return `${new Date(time).toISOString()} ${LEVELS[level] ?? level} ${event}: ${msg}\n${stack}`
}
