import { type ThreadRole, threadRole } from '../core/thread-role.ts'
import { MillraceError } from '../errors.ts'
import type { Inlets } from '../graph/inlets.ts'
import type { Job, Outlets } from '../graph/job.ts'
import { checkRunnable } from '../graph/load-job.ts'
import { nestedLaunch } from '../graph/nested-launch.ts'
import { planJob } from '../graph/plan.ts'
import { definitionSite } from '../graph/site.ts'
import { type LaunchOptions, checkOptions } from './launch-options.ts'
import { Run, abortedBy } from './run.ts'
import { threadEntries } from './thread-entries.ts'

/** The options may be left out where the job's configuration may be. */
export type LaunchArguments<R> = {} extends R ? [options?: LaunchOptions<R>] : [options: LaunchOptions<R>]

/**
 * Runs a job on worker threads and resolves when it has started.
 *
 * @throws MillraceError for everything that keeps it from starting: MR_OPTION_INVALID, MR_CONFIG_INVALID, MR_JOB_INVALID,
 *   MR_JOB_LOAD_FAILED, MR_GRAPH_INVALID, MR_GRAPH_DIFFERS, MR_LAUNCH_IN_WORKER, MR_ABORTED, MR_STATE_DIR_LOCKED, MR_STATE_INCOMPATIBLE,
 *   MR_ENTRY_MISSING, ...
 */
export async function launch<C, O extends Outlets, I extends Inlets, R>(
  job: Job<C, O, I, R>,
  ...[given]: LaunchArguments<R>
): Promise<Run<O, I>> {
  const options: LaunchOptions = given === undefined ? {} : given
  const role = threadRole()
  if (role !== null) return refuseNested(role, definitionSite(launch as never))
  if (job?.millraceJob !== 1)
    throw new MillraceError('MR_JOB_INVALID', 'launch() takes a job: the default export of a module that calls defineJob()')
  const checked = checkOptions(options)
  if (options.signal?.aborted === true) throw abortedBy(options.signal.reason)
  const entries = threadEntries(options, job.url)
  checkRunnable(entries.job)
  const plan = planJob(await job.buildGraph(options.config), checked.engine)
  demandCloneable(options.config)
  const run = new Run<O, I>(plan, checked, entries, options.config, options.stateDir)
  const onAbort = (): void => run.abort(options.signal!.reason)
  options.signal?.addEventListener('abort', onAbort, { once: true })
  void run.done.catch(() => {}).finally(() => options.signal?.removeEventListener('abort', onAbort))
  await Promise.race([run.started, run.done])
  return run
}

/** Who loads the job is told, and fails. What the app would do about a rejection (exit, print, go on) is not to happen on a thread of ours. */
function refuseNested(role: ThreadRole, site: string): Promise<never> {
  const error = nestedLaunch(role, site)
  if (role.onLaunch === undefined) throw error
  role.onLaunch(error)
  return new Promise(() => {})
}

function demandCloneable(config: unknown): void {
  try {
    structuredClone(config)
  } catch (cause) {
    throw new MillraceError('MR_CONFIG_INVALID', `config cannot be sent to threads: ${(cause as Error).message}`, { cause })
  }
}
