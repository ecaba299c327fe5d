import { parseArgs } from 'node:util'

export interface Options {
  /** Undefined: as many as the machine has cores. */
  readonly workers: number | undefined
  readonly state: string
  readonly results: string
  /** Events per second; undefined: as fast as it goes. */
  readonly rate: number | undefined
  readonly crash: boolean
  readonly fresh: boolean
  readonly help: boolean
}

/** The command line is wrong; the message is for whoever typed it. */
export class UsageError extends Error {}

export const USAGE = `Departures, arrivals and cancellations of New York's airports in 2013 as one stream, and what delayed them.

usage: npm start -- [options]

  --workers N    worker threads (default: one per core)
  --rate N       events per second (default: as fast as it goes)
  --crash        an actor throws midway; the job goes on from its last checkpoint
  --state DIR    checkpoints, to go on from after a kill (default: examples/flights/state)
  --results DIR  result files (default: examples/flights/results)
  --fresh        forget earlier checkpoints
  --help         this text
`

/**
 * @param args of the command line, without node and the script
 * @param folder that the default folders are in
 * @throws {UsageError} an unknown option, or a value that is not allowed
 */
export function parseOptions(args: readonly string[], folder: string): Options {
  const { values } = parsed(args)
  return {
    workers: wholeNumber('--workers', values.workers, 256),
    rate: wholeNumber('--rate', values.rate, 1e9),
    state: path('--state', values.state) ?? `${folder}/state`,
    results: path('--results', values.results) ?? `${folder}/results`,
    crash: values.crash,
    fresh: values.fresh,
    help: values.help,
  }
}

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const

function parse(args: readonly string[]) {
  const options = {
    workers: text,
    rate: text,
    state: text,
    results: text,
    crash: flag,
    fresh: flag,
    help: { ...flag, short: 'h' },
  } as const
  return parseArgs({ args: [...args], options, strict: true, allowPositionals: false })
}

function parsed(args: readonly string[]): ReturnType<typeof parse> {
  try {
    return parse(args)
  } catch (error) {
    const [sentence = 'wrong options'] = (error as Error).message.split(/\.\s|\n/)
    throw new UsageError(sentence, { cause: error })
  }
}

function wholeNumber(option: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined
  const number = /^\d+$/.test(value) ? Number(value) : NaN
  if (!(number >= 1 && number <= most)) throw new UsageError(`${option} takes a whole number from 1 to ${most}, not "${value}"`)
  return number
}

function path(option: string, value: string | undefined): string | undefined {
  if (value === '') throw new UsageError(`${option} takes a folder`)
  return value
}
