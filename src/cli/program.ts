import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { WORKERS_MAX } from '../limits.ts'
import { errorText } from './error-text.ts'
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts'
import { type RunFlags, runCommand } from './run/run-command.ts'
import { UsageError } from './usage-error.ts'
import { STDOUT, writeAll, writeError } from './write.ts'

/** Carries a command line out. Never throws: everything that goes wrong is told on standard error. */
export async function execute(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done
  const program = describeProgram(code => (exitCode = code))
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    if (error instanceof UsageError) writeError(`millrace: ${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`)
    else writeError(errorText(error, { verbose: args.includes('--verbose') }))
    return exitCodeOf(error)
  }
}

function describeProgram(done: (code: ExitCode) => void): Command {
  const program = new Command('millrace')
    .description('Runs and looks into millrace jobs: stream programs on the worker threads of one process.')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: text => writeAll(STDOUT, text),
      writeErr: writeError,
      // One line, the suggestion included.
      outputError: (text, write) => write(`millrace: ${text.replace(/^error: /, '').trim().replaceAll(/\s*\n\s*/g, ' ')}\n`),
    })
  addRun(program, done)
  return program
}

function addRun(program: Command, done: (code: ExitCode) => void): void {
  withConfig(program.command('run'))
    .description('run a job until its input ends; Ctrl-C drains it, Ctrl-C again stops it')
    .argument('<job>', 'module that exports the job')
    .option('--workers <n>', 'worker threads (default: one per core)', workers)
    .option('--state <dir>', 'directory for checkpoints; the next run goes on from there')
    .option('--fresh', 'begin anew, whatever the state directory holds', false)
    .option('--checkpoint-interval <ms>', 'time between checkpoints (default: 1000)', milliseconds)
    .option('--outlet <name>', 'print this outlet only, bare records (repeatable: several outlets)', collect, [])
    .option('--no-outlets', 'print no outlet')
    .option('--capture <dir>', 'write the frames that workers receive there, for "millrace frame"')
    .option('--json', 'tell everything as JSON lines on standard error', false)
    .option('--verbose', 'errors with their stacks', false)
    .action(async (job: string, flags: RunFlags) => done(await runCommand(job, flags)))
}

/** The options that decide what build() describes. */
function withConfig(command: Command): Command {
  return command
    .option('--config <key=value>', 'configuration of the job; dots lead into objects (repeatable)', collect, [])
    .option('--config-file <file>', 'configuration of the job as JSON; --config wins over it')
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value]
}

function workers(value: string): number {
  const number = /^\d+$/.test(value) ? Number(value) : NaN
  if (!(number >= 1 && number <= WORKERS_MAX)) throw new InvalidArgumentError(`It takes an integer from 1 to ${WORKERS_MAX}.`)
  return number
}

function milliseconds(value: string): number {
  const number = value === '' ? NaN : Number(value)
  if (!(number >= 1)) throw new InvalidArgumentError('It takes a number of milliseconds, at least 1.')
  return number
}

function packageVersion(): string {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
