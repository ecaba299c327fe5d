import { MillraceError } from '../errors.ts'
import type { Inlets } from '../graph/inlets.ts'
import type { Job, Outlets } from '../graph/job.ts'
import { checkRunnable } from '../graph/load-job.ts'
import { placeLaunch } from '../schedule/place-launch.ts'
import { located } from '../graph/site.ts'
import { abortedBy } from './aborted-by.ts'
import { type LaunchOptions, checkOptions } from './launch-options.ts'
import { collectAlone } from './lone-collections.ts'
import { machineHere } from './machine.ts'
import type { Run } from './run.ts'
import { logRun } from './run-logger.ts'
import { RunThreads } from './run-threads.ts'
import { threadEntries } from './thread-entries.ts'

/**
 * Starts the threads of a run, and while they load their modules, loads its own.
 *
 * @param site of the call of launch()
 */
export async function startRun<C, O extends Outlets, I extends Inlets, R>(
  job: Job<C, O, I, R>,
  options: LaunchOptions,
  site: string,
): Promise<Run<O, I>> {
  const checked = located(() => checkOptions(options, job), site)
  const { signal, config, stateDir } = options
  const isAborted = (): boolean => signal?.aborted === true
  if (isAborted()) throw abortedBy(signal!.reason)
  const entries = threadEntries(options, job.url)
  checkRunnable(entries.job)
  const plan = await placeLaunch(await job.buildGraph(config), checked.engine, checked.placement)
  demandCloneable(config)
  const { from, checkpointsRetained: retained, engine: asked, commands, ...rest } = checked
  const { threads: placed, workers: heaps } = plan.placement
  const engine = { ...asked, threads: placed }
  const threads = new RunThreads({ ...rest, heaps, jobUrl: entries.job, workerEntry: entries.worker, config, options: engine }, entries, {
    stateDir,
    from,
    retained,
  })
  const module = await import('./run.ts').catch((cause: unknown) => threads.abandon().then(() => Promise.reject(cause)))
  const run = new module.Run<O, I>(plan, engine, threads)
  const onAbort = (): void => run.abort(signal!.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  if (isAborted()) onAbort()
  const collectTogether = collectAlone(engine.workers, machineHere().cores)
  const onDone = (): void => {
    signal?.removeEventListener('abort', onAbort)
    collectTogether()
  }
  void run.done.then(onDone, onDone)
  // While the run starts: what happens between its start and this function's end nobody hears of.
  const registered = commands
    ? import('./registry/register-run.ts').then(({ registerRun }) =>
        registerRun(run, threads, { job: job.name, stateDir, workers: engine.workers }),
      )
    : null
  await Promise.race([run.started, run.done])
  if (options.logger !== undefined) logRun(run, options.logger, { job: job.name, workers: engine.workers })
  await registered
  return run
}

function demandCloneable(config: unknown): void {
  try {
    structuredClone(config)
  } catch (cause) {
    throw new MillraceError('MR_CONFIG_INVALID', `config cannot be sent to threads: ${(cause as Error).message}`, { cause })
  }
}
