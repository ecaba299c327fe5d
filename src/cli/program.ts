import { Command, CommanderError, Option } from 'commander'
import type { DevFlags } from './dev/dev-command.ts'
import { errorText } from './error-text.ts'
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts'
import type { ExplainFlags, GraphFlags, PlanFlags } from './plan/plan-commands.ts'
import { backend, collect, directory, file, milliseconds, pause, policy, port, positive, wholeNumber, workers } from './option-values.ts'
import type { RunFlags } from './run/run-command.ts'
import type * as stateCommands from './state/state-commands.ts'
import type { StateFlags } from './state/state-commands.ts'
import type { SuperviseFlags } from './supervise/supervise-command.ts'
import type { CommandAnswer } from './command-answer.ts'
import { type Answered, addOperations } from './operations.ts'
import { ownVersion } from './own-version.ts'
import { printable } from './printable.ts'
import { UsageError } from './usage-error.ts'
import { STDOUT, writeAll, writeError } from './write.ts'

type StateCommands = typeof stateCommands
type StateArguments = [dir: string, second: string | StateFlags | undefined, flags?: StateFlags]

/**
 * Carries a command line out; each command's code is loaded when it is used. Never throws: everything that goes wrong is told on standard error.
 */
export async function execute(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done
  const program = describeProgram(args, (code) => (exitCode = code))
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    if (error instanceof UsageError)
      writeError(printable(`millrace: ${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`))
    else writeError(errorText(error, { verbose: args.includes('--verbose') }))
    return exitCodeOf(error)
  }
}

function describeProgram(args: readonly string[], done: (code: ExitCode) => void): Command {
  const program = new Command('millrace')
    .description('Runs and looks into millrace jobs: stream programs on the worker threads of one process.')
    .version(ownVersion(), '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => writeAll(STDOUT, text),
      writeErr: (text) => writeError(printable(text)),
      // One line, the suggestion included.
      outputError: (text, write) =>
        write(
          `millrace: ${text
            .replace(/^error: /, '')
            .trim()
            .replaceAll(/\s*\n\s*/g, ' ')}\n`,
        ),
    })
  addRun(program, args, done)
  addDev(program, done)
  addGraph(program)
  addExplain(program)
  addPlan(program)
  addFrame(program)
  const answered = ({ text, exitCode }: CommandAnswer): void => {
    print(text)
    done(exitCode)
  }
  addState(program, answered)
  addOperations(program, answered)
  addDoctor(program, answered)
  return program
}

function addRun(program: Command, args: readonly string[], done: (code: ExitCode) => void): void {
  jobCommand(program, 'run')
    .description('run a job until its input ends; Ctrl-C drains it, Ctrl-C again stops it')
    .addOption(workersOption())
    .option('--state <dir>', 'directory for checkpoints; the next run goes on from there', directory)
    .option('--fresh', 'begin anew, whatever the state directory holds', false)
    .option('--from <dir>', 'savepoint to begin with, unless the state directory goes on', directory)
    .option('--allow-removed-state', 'leave the state of operators behind that the job no longer has', false)
    .option(
      '--allow-older-checkpoint',
      'begin with an older checkpoint if the newest is damaged, though sinks may show records twice',
      false,
    )
    .option('--checkpoint-interval <ms>', 'time between checkpoints (default: what the job says, or 1000)', milliseconds)
    .option('--checkpoint-every <records>', 'a checkpoint each time that the sources have read so many records', positive)
    .option('--checkpoint-min-pause <ms>', 'least time from the end of one checkpoint to the begin of the next (default: 0)', pause)
    .option('--checkpoint-timeout <ms>', 'a checkpoint that takes longer is given up (default: 60000)', milliseconds)
    .option('--checkpoint-failures <n>', 'so many in a row may fail; one more fails the job (default: any number)', wholeNumber)
    .option('--checkpoints-retained <n>', 'complete checkpoints that stay in --state (default: 2)', positive)
    .addOption(backendOption())
    .option(
      '--placement <policy>',
      'by what actors go to workers: priority, demand or load (default: what the job says, or demand)',
      policy,
    )
    .option('--balance', 'move actors from workers that have much to do to others, while the job runs', false)
    .option('--outlet <name>', 'print this outlet only, bare records (repeatable: several outlets)', collect, [])
    .option('--no-outlets', 'print no outlet')
    .option('--capture <dir>', 'write the frames that workers receive there, for "millrace frame"', directory)
    .option('--ui', 'serve a dashboard of the run on this machine, at an address that is told', false)
    .option('--ui-port <n>', 'port of the dashboard (default: any that is free)', port)
    .option('--ui-host <address>', 'address that the dashboard listens on (default: 127.0.0.1)')
    .option('--ui-allow-remote', 'let other machines reach the dashboard, which is not encrypted', false)
    .option('--ui-allowed-host <name>', 'name under which the dashboard may be asked for, as that of a proxy (repeatable)', collect, [])
    .option('--ui-savepoints <dir>', 'directory of savepoints made on the dashboard (default: savepoints)', directory)
    .option('--no-commands', 'no "millrace ps" finds the run: it listens nowhere')
    .option('--supervise', 'run in a process of its own, and start that again from --state when it is lost', false)
    .option('--process-restarts <n>', 'with --supervise: processes started again within a minute (default: 5)', wholeNumber)
    .option('--json', 'tell everything as JSON lines on standard error', false)
    .addOption(new Option('--log <format>', 'tell it as a log on standard error').choices(['json', 'pretty', 'off']).conflicts('json'))
    .option('--verbose', 'errors with their stacks', false)
    .action(async (job: string, flags: RunFlags & SuperviseFlags & { readonly supervise: boolean }) => {
      if (flags.supervise) {
        const { superviseCommand } = await import('./supervise/supervise-command.ts')
        return done(await superviseCommand(flags, args))
      }
      const { runCommand } = await import('./run/run-command.ts')
      done(await runCommand(job, flags))
    })
}

function addDev(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('dev')
    .description('run a job, and again from where it was whenever its code changes; takes the options of run, too')
    .argument('<job>', 'module that exports the job')
    .argument('[options...]', 'options of "millrace run"')
    .option('--state <dir>', 'directory for checkpoints (default: .millrace/<name of the module>)', directory)
    .option('--config-file <file>', 'configuration of the job as JSON; a change of it counts as well', file)
    .option('--watch <dir>', 'directory of further code, beside that of the module (repeatable)', collect, [])
    .allowUnknownOption()
    .action(async (job: string, rest: readonly string[], flags: DevFlags) => {
      const { devCommand } = await import('./dev/dev-command.ts')
      done(await devCommand(job, flags, rest))
    })
}

function addGraph(program: Command): void {
  jobCommand(program, 'graph')
    .description('show the operators of a job and how they are connected; nothing runs')
    .option('--mermaid', 'as a Mermaid flowchart', false)
    .option('--verbose', 'errors with their stacks', false)
    .action(async (job: string, flags: GraphFlags) => {
      const { graphCommand } = await import('./plan/plan-commands.ts')
      print(await graphCommand(job, flags))
    })
}

function addExplain(program: Command): void {
  jobCommand(program, 'explain')
    .description('show where the actors of a job would run, what bounds its memory, and what it guarantees; nothing runs')
    .addOption(workersOption())
    .addOption(backendOption())
    .option('--json', 'as JSON', false)
    .option('--verbose', 'errors with their stacks', false)
    .action(async (job: string, flags: ExplainFlags) => {
      const { explainCommand } = await import('./plan/plan-commands.ts')
      print(await explainCommand(job, flags))
    })
}

function addPlan(program: Command): void {
  jobCommand(program, 'plan')
    .description('show which worker each actor of a job goes to, and why; nothing runs')
    .addOption(workersOption())
    .option('--policy <policy>', 'priority, demand or load (default: each of them)', policy)
    .option('--costs <file>', 'what actors cost, for the policy load: JSON, as placementCosts() gives it', file)
    .option('--json', 'as JSON', false)
    .option('--verbose', 'errors with their stacks', false)
    .action(async (job: string, flags: PlanFlags) => {
      const { planCommand } = await import('./plan/plan-commands.ts')
      print(await planCommand(job, flags))
    })
}

function addFrame(program: Command): void {
  program
    .command('frame')
    .description('list frames that "run --capture" wrote, or take one apart: header, msgpack, columns, records')
    .argument('<path>', 'file of captured frames, or the folder with them')
    .option('--index <n>', 'the frame to take apart', wholeNumber)
    .option('--verbose', 'errors with their stacks', false)
    .action(async (path: string, flags: { readonly index?: number }) => {
      const { frameCommand } = await import('./frame/frame-command.ts')
      print(frameCommand(path, flags))
    })
}

function addState(program: Command, answered: Answered): void {
  const state = program.command('state').description('look into a state directory or a savepoint; "forget" removes a key from one')
  const add = (
    usage: string,
    description: string,
    run: (commands: StateCommands, ...args: StateArguments) => Promise<CommandAnswer>,
  ): void => {
    const command = state.command(usage).description(description).argument('<dir>', 'state directory, or savepoint')
    if (usage === 'show') command.argument('[id]', 'checkpoint (default: the newest)')
    command
      .option('--json', 'as JSON', false)
      .option('--verbose', 'errors with their stacks', false)
      .action(async (...args: unknown[]) => {
        answered(await run(await import('./state/state-commands.ts'), ...(args as StateArguments)))
      })
  }
  add('ls', 'list its complete checkpoints', (commands, dir, flags) => commands.listCommand(dir, flags as StateFlags))
  add('show', 'show what is in a checkpoint', (commands, dir, id, flags) => commands.showCommand(dir, id as string | undefined, flags!))
  add('verify', 'read everything and compare checksums', (commands, dir, flags) => commands.verifyCommand(dir, flags as StateFlags))
  state
    .command('forget')
    .description('remove all state of a key from all checkpoints of a state directory that no run uses')
    .argument('<key>', 'as JSON, or a text')
    .argument('<dir>', 'state directory')
    .option('--operator <name>', 'of this operator only')
    .option('--json', 'as JSON', false)
    .option('--verbose', 'errors with their stacks', false)
    .action(async (key: string, dir: string, flags: StateFlags & { readonly operator?: string }) => {
      const { forgetCommand } = await import('./state/forget-command.ts')
      answered(await forgetCommand(key, dir, flags))
    })
}

function addDoctor(program: Command, answered: Answered): void {
  program
    .command('doctor')
    .description('look whether millrace can run here, and say what to do where it cannot')
    .option('--json', 'as JSON', false)
    .action(async (flags: { readonly json: boolean }) => {
      const { doctorCommand } = await import('./doctor/doctor-command.ts')
      answered(await doctorCommand(flags))
    })
}

function print(text: string): void {
  try {
    writeAll(STDOUT, printable(text))
  } catch (error) {
    // Whoever read it, head for example, has seen enough.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
}

function workersOption(): Option {
  return new Option('--workers <n>', 'worker threads (default: one per core)').argParser(workers)
}

function backendOption(): Option {
  const description = 'where operators that can choose keep their state: memory, lmdb, or lmdb:<MiB in memory>'
  return new Option('--backend <backend>', description).argParser(backend)
}

/** A command about a job, with the options that decide what build() describes. */
function jobCommand(program: Command, name: string): Command {
  return program
    .command(name)
    .argument('<job>', 'module that exports the job')
    .option('--config <key=value>', 'configuration of the job; dots lead into objects (repeatable)', collect, [])
    .option('--config-file <file>', 'configuration of the job as JSON; --config wins over it')
}
