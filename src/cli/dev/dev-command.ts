import { type ChildProcess, spawn } from 'node:child_process'
import { basename, dirname, extname, join, relative } from 'node:path'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { type FromWard, type ToWard, WARD_VARIABLE } from '../supervise/ward.ts'
import { UsageError } from '../usage-error.ts'
import { writeError } from '../write.ts'
import { watchFiles } from './watch-files.ts'

export interface DevFlags {
  readonly state?: string
  readonly configFile?: string
  readonly watch: readonly string[]
}

/** A run that was told to stop behind a checkpoint has so long; then it is killed, and the next one goes on from the checkpoint before. */
const STOP_TIMEOUT_MS = 10_000

/**
 * Runs a job in a process of its own; when its code changes, that stops behind a checkpoint, and the next one goes on from there with the new code. A job that has failed or
 * finished waits for the next change.
 *
 * @param rest options of `millrace run`, as typed
 * @returns when it was interrupted, or the first run says that the command line is wrong
 */
export async function devCommand(job: string, flags: DevFlags, rest: readonly string[]): Promise<ExitCode> {
  if (rest.includes('--supervise'))
    throw new UsageError('dev runs the job again by itself: it has no --supervise', { hint: 'Leave it out.' })
  if (job.startsWith('-')) throw new UsageError(`the job comes first, then options of run: not ${job}`)
  const state = flags.state ?? join('.millrace', basename(job, extname(job)))
  const configFile = flags.configFile === undefined ? [] : [flags.configFile]
  const args = ['run', job, '--state', state, ...configFile.flatMap((file) => ['--config-file', file]), ...rest]
  const run = new DevRun(args)
  const watched = { dirs: [dirname(job), ...flags.watch], files: [job, ...configFile] }
  const unwatch = await watchFiles(watched, (path) => run.changed(path))
  try {
    return await run.untilInterrupted()
  } finally {
    run.release()
    await unwatch()
  }
}

class DevRun {
  #args: readonly string[]
  #child: ChildProcess | null = null
  #signals = 0
  #changed: string | null = null
  #wake = (): void => {}
  #limit: NodeJS.Timeout | undefined
  readonly #onInterrupt = (): void => this.#interrupted('SIGINT')
  readonly #onTerminate = (): void => this.#interrupted('SIGTERM')

  constructor(args: readonly string[]) {
    this.#args = args
    process.on('SIGINT', this.#onInterrupt)
    process.on('SIGTERM', this.#onTerminate)
  }

  release(): void {
    process.removeListener('SIGINT', this.#onInterrupt)
    process.removeListener('SIGTERM', this.#onTerminate)
  }

  /** The run goes on with what the files hold now. */
  changed(path: string): void {
    // It is stopping for an earlier change: the next one reads this one's, too.
    const isStopping = this.#changed !== null && this.#child !== null
    this.#changed = path
    this.#wake()
    if (isStopping || this.#child === null) return
    this.#tell('SIGTERM')
    this.#limit = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_TIMEOUT_MS)
  }

  async untilInterrupted(): Promise<ExitCode> {
    for (let first = true; ; first = false) {
      const code = await this.#runOnce()
      if (this.#signals > 0) return code ?? EXIT.stopped
      if (first && code === EXIT.usage && this.#changed === null) return EXIT.usage
      if (this.#changed === null) {
        note(`${code === EXIT.done ? 'the job has ended' : `the run has ended (${code ?? 'killed'})`}; waiting for a change`)
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
      if (this.#signals > 0) return EXIT.stopped
      note(`${relative('.', this.#changed!)} has changed; going on with it`)
      this.#changed = null
    }
  }

  #runOnce(): Promise<ExitCode | null> {
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...this.#args], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, [WARD_VARIABLE]: '1' },
    })
    this.#child = child
    // What a fresh start passes over is gone by now: the next run goes on from this one.
    child.on('message', ({ type }: FromWard) => {
      if (type === 'started') this.#args = this.#args.filter((arg) => arg !== '--fresh')
    })
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code) => {
        clearTimeout(this.#limit)
        this.#child = null
        resolve(code as ExitCode | null)
      })
    })
  }

  #interrupted(signal: ToWard['signal']): void {
    this.#signals++
    this.#wake()
    this.#tell(signal)
    // One that takes no messages, or was told three times, is not waited for.
    if (this.#child?.connected === false || this.#signals > 3) this.#child?.kill('SIGKILL')
  }

  #tell(signal: ToWard['signal']): void {
    if (this.#child?.connected === true) this.#child.send({ signal } satisfies ToWard)
  }
}

function note(text: string): void {
  writeError(`millrace dev: ${text}\n`)
}
