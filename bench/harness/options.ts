import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { WORKERS_MAX } from '../../src/limits.ts'
import type { QueryName } from '../loops/registry.ts'
import { COUNT_MAX, SEED_MAX } from '../workloads/span.ts'

/** The queries that have both loops and a job. */
export const BENCHED: readonly QueryName[] = ['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q7', 'q8', 'q11', 'ks', 'ks-every', 'wc']

export interface Options {
  readonly only: readonly QueryName[]
  readonly workers: number
  readonly seconds: number
  readonly runs: number
  /** File that the results go to. */
  readonly json?: string
  readonly seed?: number
  readonly count?: number
  readonly loopsOnly: boolean
  /** Keep the results, and put them into the pages that show them. */
  readonly write: boolean
}

/** The command line asked for help, or has an option that cannot be used. Its text was written already. */
export class UsageExit extends Error {
  override readonly name = 'UsageExit'
  readonly exitCode: number

  constructor(exitCode: number, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}

/** @throws UsageExit with exit code 0 after --help, 2 for a wrong option. */
export function parseOptions(args: readonly string[]): Options {
  const command = measuringCommand(
    'npm run bench --',
    'Measures millrace beside hand-written loops, in fresh processes, in turns, over the same random records.',
  )
    .option('--loops-only', 'run the loops without millrace', false)
    .option('--write', 'keep the results in docs/speed/, and put them into docs/speed.md and README.md', false)
  return parsed(command, args, ({ loopsOnly, json, write }: Options) => {
    if (loopsOnly && (json !== undefined || write)) {
      command.error('error: --json and --write need the results of millrace, which --loops-only leaves out')
    }
  })
}

/** A command line with the options that every comparison has. */
export function measuringCommand(name: string, description: string): Command {
  return benchCommand(name, description)
    .addOption(someOf('--only <queries>', BENCHED))
    .option('--workers <n>', 'worker threads of millrace', integer('--workers', 1, WORKERS_MAX), 2)
    .option('--seconds <s>', 'about how long one run of the naive loop takes', seconds, 5)
    .option('--runs <n>', 'runs of every contender', integer('--runs', 1, 100), 5)
    .option('--json <file>', 'write the results there', jsonFile)
    .option('--seed <n>', 'repeat a run: its seed instead of a random one', integer('--seed', 0, SEED_MAX))
    .option('--count <n>', 'repeat a run: its number of records', integer('--count', 1, COUNT_MAX))
}

/** A command line of options only. */
export function benchCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .allowExcessArguments(false)
    .showHelpAfterError('(--help lists the options)')
    .exitOverride()
}

/** An option that names some of `all`, by default all of them. */
export function someOf<Name extends string>(flags: string, all: readonly Name[]): Option {
  return new Option(flags, `comma-separated, out of ${all.join(' ')}`).argParser(namesOf(all)).default(all, 'all')
}

/**
 * @param expectValid may end with `command.error()`
 * @throws UsageExit with exit code 0 after --help, 2 for a wrong option.
 */
export function parsed<T extends object>(command: Command, args: readonly string[], expectValid: (options: T) => void = () => {}): T {
  try {
    command.parse(args, { from: 'user' })
    const options = command.opts<T>()
    expectValid(options)
    return options
  } catch (error) {
    if (error instanceof CommanderError) throw new UsageExit(error.exitCode === 0 ? 0 : 2, error.message)
    throw error
  }
}

/** A comma-separated list of some of `all`, in the order of `all`. */
function namesOf<Name extends string>(all: readonly Name[]): (text: string) => readonly Name[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim())
    const unknown = names.find((name) => !(all as readonly string[]).includes(name))
    if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is not one of ${all.join(' ')}.`)
    return all.filter((name) => names.includes(name))
  }
}

export function integer(option: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`${option} is an integer from ${min} to ${max}.`)
    }
    return value
  }
}

const SECONDS_MAX = 600

export function seconds(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= SECONDS_MAX)) throw new InvalidArgumentError(`--seconds is a number above 0, up to ${SECONDS_MAX}.`)
  return value
}

export function number(option: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !(value >= min && value <= max))
      throw new InvalidArgumentError(`${option} is a number from ${min} to ${max}.`)
    return value
  }
}

export function jsonFile(text: string): string {
  const file = resolve(text)
  if (text === '' || !existsSync(dirname(file))) throw new InvalidArgumentError(`There is no folder ${dirname(file)}.`)
  if (existsSync(file) && !statSync(file).isFile()) throw new InvalidArgumentError('It is not a file.')
  return file
}
