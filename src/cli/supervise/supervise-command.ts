import { type ChildProcess, spawn } from 'node:child_process'
import { systemClock } from '../../core/clock.ts'
import { type FailureData, describeError, reviveError } from '../../core/failure.ts'
import { MillraceError } from '../../errors.ts'
import { RESTARTS_MAX_DEFAULT } from '../../limits.ts'
import { type ChildSpec, childSpec } from '../../supervision/child-spec.ts'
import { type SupervisionState, decide, superviseRegions } from '../../supervision/decide.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { LogFormat } from '../run/log-reporter.ts'
import { jsonReporter, logReporter } from '../run/reporters.ts'
import type { Reporter } from '../run/run-event.ts'
import { UsageError } from '../usage-error.ts'
import { writeError } from '../write.ts'
import { finishedCheckpoint } from './finished-checkpoint.ts'
import { type FromWard, type ToWard, WARD_VARIABLE } from './ward.ts'

export interface SuperviseFlags {
  readonly state?: string
  readonly processRestarts?: number
  readonly json: boolean
  readonly log?: LogFormat
  readonly verbose: boolean
}

/** How one process ended. */
interface Death {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly pid: number
  /** What it said of its failure itself: a restart would not help. */
  readonly lasting: boolean
}

/**
 * Runs the same command line in a process of its own, and again from its state directory whenever that process ends in a way that it did not choose: a native abort, a signal,
 * a lack of memory, a job whose own restarts are used up. The parent loads no engine and holds no data.
 *
 * @param args the command line, `--supervise` included
 */
export async function superviseCommand(flags: SuperviseFlags, args: readonly string[]): Promise<ExitCode> {
  if (flags.state === undefined)
    throw new UsageError('--supervise needs --state: a process that is restarted goes on from there', { hint: 'Add --state <dir>.' })
  const reporter = await reporterFor(flags)
  const supervisor = new ProcessSupervisor(
    childSpec({ maxRestarts: flags.processRestarts ?? RESTARTS_MAX_DEFAULT }),
    args.filter((arg) => arg !== '--supervise'),
    flags.state,
    reporter,
  )
  try {
    return await supervisor.run()
  } finally {
    supervisor.release()
  }
}

async function reporterFor({ json, log, verbose }: SuperviseFlags): Promise<Reporter> {
  if (log === undefined) return (json ? jsonReporter : logReporter)(writeError, { verbose })
  const { commandLogger, runLogReporter } = await import('../run/log-reporter.ts')
  const { LogLines } = await import('../../app/run-logger.ts')
  return runLogReporter(new LogLines(commandLogger(log, writeError)))
}

class ProcessSupervisor {
  readonly #reporter: Reporter
  readonly #stateDir: string
  #args: readonly string[]
  #state: SupervisionState
  #child: ChildProcess | null = null
  #signals = 0
  #wake = (): void => {}
  readonly #onInterrupt = (): void => this.#pass('SIGINT')
  readonly #onTerminate = (): void => this.#pass('SIGTERM')

  constructor(spec: ChildSpec, args: readonly string[], stateDir: string, reporter: Reporter) {
    this.#args = args
    this.#stateDir = stateDir
    this.#reporter = reporter
    this.#state = superviseRegions(childSpec({ strategy: 'escalate' }), { process: spec })
    process.on('SIGINT', this.#onInterrupt)
    process.on('SIGTERM', this.#onTerminate)
  }

  release(): void {
    process.removeListener('SIGINT', this.#onInterrupt)
    process.removeListener('SIGTERM', this.#onTerminate)
  }

  async run(): Promise<ExitCode> {
    // The same command begins a finished job again, so it matters whether it is this one that has finished.
    const finishedBefore = await finishedCheckpoint(this.#stateDir)
    for (;;) {
      if (this.#signals > 0) return EXIT.stopped
      const death = await this.#runProcess()
      if (death.code === EXIT.done || death.code === EXIT.stopped || death.code === EXIT.usage) return death.code
      if (death.lasting) return EXIT.failed
      if ((await finishedCheckpoint(this.#stateDir)) > finishedBefore) return this.#hadFinished(death)
      // Whoever wanted the end gets it; nothing is lost.
      if (this.#signals > 0) return death.code === null ? EXIT.stopped : EXIT.failed
      const delayMs = this.#decide(death)
      if (delayMs === null) return EXIT.failed
      await this.#pause(delayMs)
    }
  }

  #hadFinished(death: Death): ExitCode {
    this.#reporter.report({ event: 'note', text: `process ${death.pid} ${endText(death)}, but the job had finished` })
    return EXIT.done
  }

  /** The pause before the next process, or null when there is none: told on standard error. */
  #decide(death: Death): number | null {
    const { state, decision } = decide(this.#state, this.#describe(death), systemClock.monotonicMs(), Math.random())
    this.#state = state
    if (decision.kind === 'restart-region') {
      const text = `process ${death.pid} ${endText(death)}; the next one goes on from its state in ${Math.round(decision.delayMs)} ms`
      this.#reporter.report({ event: 'note', text })
      return decision.delayMs
    }
    if (decision.kind === 'fail-job') this.#reporter.report({ event: 'failed', error: reviveError(decision.reason) })
    return null
  }

  #describe(death: Death): FailureData {
    const error = new MillraceError('MR_PROCESS_LOST', `The process of the job ${endText(death)}`)
    return describeError(error, { kind: 'process-lost', attempt: this.#state.regions['process']!.attempt })
  }

  #runProcess(): Promise<Death> {
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...this.#args], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, [WARD_VARIABLE]: '1' },
    })
    this.#child = child
    let lasting = false
    child.on('message', (message: FromWard) => {
      if (message.type === 'failed') ({ lasting } = message)
      // What a fresh start passes over is gone by now; the next process must not pass over what this one does.
      else this.#args = this.#args.filter((arg) => arg !== '--fresh')
    })
    // A signal that came before the child could be told.
    if (this.#signals > 0) this.#pass('SIGTERM')
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        this.#child = null
        resolve({ code, signal, pid: child.pid ?? 0, lasting })
      })
    })
  }

  #pass(signal: ToWard['signal']): void {
    this.#signals++
    this.#wake()
    if (this.#child?.connected === true) this.#child.send({ signal } satisfies ToWard)
    // One that takes no messages, or was told three times, is not waited for.
    if (this.#child?.connected === false || this.#signals > 3) this.#child?.kill('SIGKILL')
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

function endText({ code, signal }: Death): string {
  if (signal === null) return `ended with exit code ${code}`
  return `was ended by ${signal}${signal === 'SIGKILL' ? ' (the system does that when memory runs out)' : ''}`
}
