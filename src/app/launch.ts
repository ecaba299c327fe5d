import { type ThreadRole, threadRole } from '../core/thread-role.ts'
import { MillraceError } from '../errors.ts'
import type { Inlets } from '../graph/inlets.ts'
import type { Job, Outlets } from '../graph/job.ts'
import { definitionSite } from '../graph/site.ts'
import type { LaunchOptions } from './launch-options.ts'
import type { Run } from './run.ts'

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
  const site = definitionSite(launch as never)
  const role = threadRole()
  if (role !== null) return refuseNested(role, site)
  if (job?.millraceJob !== 1)
    throw new MillraceError('MR_JOB_INVALID', 'launch() takes a job: the default export of a module that calls defineJob()')
  // Every thread of a run imports millrace for its job; what launches is for the app thread alone.
  const { startRun } = await import('./start-run.ts')
  return startRun<C, O, I, R>(job, options, site)
}

/** Who loads the job is told, and fails. What the app would do about a rejection (exit, print, go on) is not to happen on a thread of ours. */
async function refuseNested(role: ThreadRole, site: string): Promise<never> {
  if (role.onLaunch !== undefined) {
    role.onLaunch(site)
    return new Promise(() => {})
  }
  const { nestedLaunch } = await import('../graph/nested-launch.ts')
  throw nestedLaunch(role, site)
}
