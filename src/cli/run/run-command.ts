import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { launch } from '../../app/launch.ts'
import { type LaunchOptions, checkOptions } from '../../app/launch-options.ts'
import { LogLines } from '../../app/run-logger.ts'
import { INLET_KIND, isOutlet, outletName } from '../../graph/graph.ts'
import { checkUiOptions } from '../../ui/ui-options.ts'
import { checkpointSettings } from '../../graph/checkpoint-settings.ts'
import type { Plan } from '../../graph/plan.ts'
import { placeLaunch } from '../../schedule/place-launch.ts'
import type { PlacementPolicy } from '../../graph/placement-settings.ts'
import type { BackendOption } from '../../graph/state-backend.ts'
import { guaranteeOf } from '../plan/guarantee.ts'
import { configFrom } from '../config-values.ts'
import { type ExitCode, exitCodeOf } from '../exit-code.ts'
import { jobConfig } from '../job-config.ts'
import { jobFromFile } from '../job-file.ts'
import { Ward } from '../supervise/ward.ts'
import { STDERR, STDOUT, writeError } from '../write.ts'
import { jobShape } from '../../observe/job-shape.ts'
import { chooseOutlets, readOutlets } from './print-outlets.ts'
import { RecordPrinter } from './record-printer.ts'
import { RunControl } from './run-control.ts'
import type { LogFormat } from './log-reporter.ts'
import { TerminalReporter, jsonReporter, logReporter } from './reporters.ts'
import type { Reporter } from './run-event.ts'
import { type UiFlags, serveUi, uiOptions, wantsUi } from './ui.ts'
import { Watch } from './watch.ts'

/** Options of `millrace run`, as the command line has them. */
export interface RunFlags extends UiFlags {
  readonly workers?: number
  readonly config: readonly string[]
  readonly configFile?: string
  readonly state?: string
  readonly fresh: boolean
  readonly from?: string
  readonly allowRemovedState: boolean
  readonly allowOlderCheckpoint: boolean
  readonly checkpointInterval?: number
  readonly checkpointEvery?: number
  readonly checkpointMinPause?: number
  readonly checkpointTimeout?: number
  readonly checkpointFailures?: number
  readonly checkpointsRetained?: number
  readonly backend?: BackendOption
  readonly placement?: PlacementPolicy
  readonly balance?: boolean
  readonly capture?: string
  readonly commands: boolean
  readonly json: boolean
  readonly log?: LogFormat
  readonly verbose: boolean
  /** Names, or false for --no-outlets. */
  readonly outlet: readonly string[]
  readonly outlets: boolean
}

/** Time for the last records of a stopped run to be taken. */
const LAST_OUTPUT_MS = 1_000
const INTERVAL_MS = { terminal: 250, json: 1_000, log: 5_000 }

/** Runs a job until it ends, is drained or stopped. */
export async function runCommand(path: string, flags: RunFlags): Promise<ExitCode> {
  const ward = Ward.ofThisProcess()
  try {
    return await runJob(path, flags, ward)
  } catch (error) {
    ward?.failed(error)
    throw error
  }
}

async function runJob(path: string, flags: RunFlags, ward: Ward | null): Promise<ExitCode> {
  const given = configFrom(flags.configFile, flags.config)
  const job = await jobFromFile(path)
  const config = await jobConfig(job, given, flags.config)
  const options = launchOptions(flags, config)
  const { engine, placement } = checkOptions(options, job)
  const plan = await placeLaunch(await job.buildGraph(config), engine, placement)
  const ui = wantsUi(flags) ? uiOptions(flags) : null
  if (ui !== null) checkUiOptions(ui)
  const choice = chooseOutlets(plan.graph.nodes.filter(isOutlet).map(outletName), flags.outlet, !flags.outlets)
  const view = await viewFor(flags, plan, job.name)
  const { reporter } = view
  const startedMs = performance.now()
  const control = new RunControl(reporter, ward)
  const printer = new RecordPrinter(
    () => reporter.giveWay(),
    (error) => control.outputBroke(error),
  )
  try {
    const run = await launch(job, { ...options, signal: control.signal })
    control.begin(run)
    ward?.started()
    reporter.report({
      event: 'started',
      job: job.name,
      workers: engine.workers,
      stateDir: options.stateDir ?? null,
      guarantee: guaranteeOf(plan.graph).endToEnd,
      startMs: Math.round(performance.now() - startedMs),
    })
    view.log?.followBadRecords(run)
    if (ui !== null) await serveUi(run, ui, reporter)
    warnOfInlets(plan, reporter)
    const watch = new Watch(run, reporter, {
      job: job.name,
      shape: jobShape(plan, engine.mailboxBytes),
      intervalMs: view.intervalMs,
      startedMs,
    })
    run.onNotice(({ type, ...notice }) => reporter.report({ event: type, ...notice }))
    try {
      const printed = readOutlets(run, choice, (text) => printer.print(text))
      const result = await run.done
      // Whoever stops a job may do so because nobody takes its output.
      const taken = await Promise.race([printed.then(() => true), control.stopped.then(() => pause(LAST_OUTPUT_MS, false))])
      printer.close()
      return control.ended(taken ? result : { ...result, outcome: 'stopped' }, performance.now() - startedMs)
    } finally {
      watch.stop()
    }
  } catch (error) {
    if (control.aborted || isReaderGone(error)) return control.ended({ outcome: 'stopped', restarts: 0 }, performance.now() - startedMs)
    reporter.report({ event: 'failed', error })
    ward?.failed(error)
    return exitCodeOf(error)
  } finally {
    control.release()
  }
}

/** A console sink has nobody to print for: `| head` has seen enough. */
function isReaderGone(error: unknown): boolean {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: { readonly code?: unknown } }
  return code === 'MR_PATH_UNUSABLE' && cause?.code === 'EPIPE'
}

function launchOptions(flags: RunFlags, config: unknown): LaunchOptions {
  return {
    commands: flags.commands,
    fresh: flags.fresh,
    allowRemovedState: flags.allowRemovedState,
    allowOlderCheckpoint: flags.allowOlderCheckpoint,
    ...(flags.from !== undefined && { from: resolve(flags.from) }),
    ...(flags.workers !== undefined && { workers: flags.workers }),
    ...(config !== undefined && { config }),
    ...(flags.state !== undefined && { stateDir: resolve(flags.state) }),
    ...checkpointSettings({
      checkpointIntervalMs: flags.checkpointInterval,
      checkpointEveryRecords: flags.checkpointEvery,
      checkpointMinPauseMs: flags.checkpointMinPause,
      checkpointTimeoutMs: flags.checkpointTimeout,
      checkpointFailuresTolerated: flags.checkpointFailures,
      checkpointsRetained: flags.checkpointsRetained,
    }),
    ...(flags.backend !== undefined && { backend: flags.backend }),
    ...(flags.placement !== undefined && { placement: flags.placement }),
    ...(flags.balance === true && { balance: true }),
    ...(flags.capture !== undefined && { captureDir: resolve(flags.capture) }),
  }
}

interface View {
  readonly reporter: Reporter
  /** Between two looks at the progress. */
  readonly intervalMs: number
  readonly log?: LogLines
}

/** Lines that workers print themselves would tear the block apart on a terminal that shows both. */
async function viewFor({ json, log: format, verbose }: RunFlags, plan: Plan, job: string): Promise<View> {
  if (format !== undefined) {
    const { commandLogger, runLogReporter } = await import('./log-reporter.ts')
    const log = new LogLines(commandLogger(format, writeError), job)
    return { reporter: runLogReporter(log), intervalMs: INTERVAL_MS.log, log }
  }
  if (json) return { reporter: jsonReporter(writeError, { verbose }), intervalMs: INTERVAL_MS.json }
  const workersPrint = isatty(STDOUT) && plan.graph.nodes.some(({ kind }) => kind === 'consoleSink' || kind === 'consoleTableSink')
  if (!isatty(STDERR) || workersPrint) return { reporter: logReporter(writeError, { verbose }), intervalMs: INTERVAL_MS.log }
  return { reporter: new TerminalReporter(writeError, () => process.stderr.columns ?? 80, { verbose }), intervalMs: INTERVAL_MS.terminal }
}

function warnOfInlets(plan: Plan, reporter: Reporter): void {
  for (const { name, kind } of plan.graph.nodes) {
    if (kind === INLET_KIND)
      reporter.report({ event: 'note', text: `inlet "${name}" gets no records: only a program that launches the job can push them` })
  }
}
