import type { Command } from 'commander'
import type { CommandAnswer } from './command-answer.ts'
import type { ListFlags } from './dlq/dlq-commands.ts'
import type { InitFlags } from './init/init-command.ts'
import { milliseconds, positive } from './option-values.ts'
import type { StopFlags } from './remote/remote-commands.ts'

/** Prints what a command says, and ends with its exit code. */
export type Answered = (answer: CommandAnswer) => void

const RUN = 'name of its job, or number of its process'
const STOP_TIMEOUT_MS = 60_000
const LETTERS_SHOWN = 100

/** Commands about runs of other processes, what they left behind, and new projects. */
export function addOperations(program: Command, answered: Answered): void {
  program
    .command('ps')
    .description('list the runs of this user on this machine')
    .option('--json', 'as JSON', false)
    .action(async (flags: { readonly json: boolean }) => answered(await (await import('./remote/remote-commands.ts')).psCommand(flags)))
  program
    .command('status')
    .description('show what a run does: rates, bottleneck, checkpoints')
    .argument('[run]', `${RUN} (default: the only one)`)
    .option('--json', 'as JSON', false)
    .action(async (run: string | undefined, flags: { readonly json: boolean }) =>
      answered(await (await import('./remote/remote-commands.ts')).statusCommand(run, flags)),
    )
  program
    .command('savepoint')
    .description("take a checkpoint of a run and copy it into a directory of its own, below the run's directory for savepoints")
    .argument('<run>', RUN)
    .option('--name <name>', 'of the directory (default: job and time)')
    .option('--json', 'as JSON', false)
    .action(async (run: string, flags: { readonly json: boolean; readonly name?: string }) =>
      answered(await (await import('./remote/remote-commands.ts')).savepointCommand(run, flags)),
    )
  program
    .command('stop')
    .description('end a run behind a checkpoint, from which the next one goes on')
    .argument('<run>', RUN)
    .option('--drain', 'end its sources, and process all that was read', false)
    .option('--savepoint', 'take a savepoint before', false)
    .option('--no-wait', 'do not wait for its end')
    .option('--timeout <ms>', 'longest time to wait for its end', milliseconds, STOP_TIMEOUT_MS)
    .option('--json', 'as JSON', false)
    .action(async (run: string, flags: StopFlags) => answered(await (await import('./remote/remote-commands.ts')).stopCommand(run, flags)))
  addLetters(program, answered)
  program
    .command('init')
    .description('make a project: a job, its test, and how to run both')
    .argument('[dir]', 'made if missing; nothing in it is written over', '.')
    .option('--js', 'in JavaScript instead of TypeScript', false)
    .option('--package <spec>', 'this package as npm is to install it (default: its version)')
    .action(async (dir: string, flags: InitFlags) => answered((await import('./init/init-command.ts')).initCommand(dir, flags)))
}

function addLetters(program: Command, answered: Answered): void {
  const dlq = program.command('dlq').description('look at dead letters: list, show, drop or requeue them')
  dlq
    .command('ls')
    .description('list the open letters of a file, or what a run has counted')
    .argument('<file>', `file of letters (JSON lines); or of a run: ${RUN}`)
    .option('--all', 'those that were dropped or requeued as well', false)
    .option('--limit <n>', 'most letters to list', positive, LETTERS_SHOWN)
    .option('--json', 'as JSON', false)
    .action(async (file: string, flags: ListFlags) => answered(await (await import('./dlq/dlq-commands.ts')).listLetters(file, flags)))
  dlq
    .command('show')
    .description('show one letter with its record and the stack of its error')
    .argument('<file>', 'file of letters')
    .argument('<letter>', 'its number', positive)
    .option('--json', 'as JSON', false)
    .action(async (file: string, letter: number, flags: { readonly json: boolean }) =>
      answered(await (await import('./dlq/dlq-commands.ts')).showLetter(file, letter, flags)),
    )
  dlq
    .command('drop')
    .description('list letters no more; the file stays as it is')
    .argument('<file>', 'file of letters')
    .argument('[letters...]', 'their numbers (default: all that are open)', numbers)
    .action(async (file: string, letters: readonly number[] | undefined) =>
      answered(await (await import('./dlq/dlq-commands.ts')).dropLetters(file, letters ?? [])),
    )
  dlq
    .command('requeue')
    .description('append the records of letters to a file that a source reads')
    .argument('<file>', 'file of letters')
    .argument('[letters...]', 'their numbers (default: all that are open)', numbers)
    .requiredOption('--into <file>', 'JSON lines, made if missing')
    .action(async (file: string, letters: readonly number[] | undefined, { into }: { readonly into: string }) =>
      answered(await (await import('./dlq/dlq-commands.ts')).requeueLetters(file, letters ?? [], into)),
    )
}

function numbers(value: string, before: readonly number[] | undefined): number[] {
  return [...(before ?? []), positive(value)]
}
