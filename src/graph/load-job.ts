import { threadRole } from '../core/thread-role.ts'
import { MillraceError } from '../errors.ts'
import type { Job } from './job.ts'

/**
 * Imports the module of a job on this thread.
 *
 * @throws MillraceError MR_JOB_LOAD_FAILED when it throws or is missing, MR_JOB_INVALID when its default export is no job
 */
export async function loadJob(url: string): Promise<Job> {
  let module: { readonly default?: unknown }
  try {
    module = await importAlone(url)
  } catch (cause) {
    if (cause instanceof MillraceError && cause.code === 'MR_LAUNCH_IN_WORKER') throw cause
    await refuseLaunch(cause)
    throw new MillraceError('MR_JOB_LOAD_FAILED', `Cannot load the job module ${url}: ${String((cause as Error)?.message ?? cause)}`, {
      cause,
    })
  }
  const job = unwrap(module.default)
  if (job === null) {
    throw new MillraceError(
      'MR_JOB_INVALID',
      `The default export of ${url} is not a job. Write: export default defineJob(import.meta, { build })`,
    )
  }
  return job
}

/** The module that is being loaded called launch(), there. */
class LaunchCalled {
  readonly site: string

  constructor(site: string) {
    this.site = site
  }
}

/** @throws MillraceError MR_LAUNCH_IN_WORKER when that is what kept the job from being loaded. What finds out is loaded when needed. */
async function refuseLaunch(cause: unknown): Promise<void> {
  const role = threadRole()
  if (role === null) return
  const { circularLaunch, nestedLaunch } = await import('./nested-launch.ts')
  const refused = cause instanceof LaunchCalled ? nestedLaunch(role, cause.site) : circularLaunch(cause, role)
  if (refused !== null) throw refused
}

/** Fails as soon as the module, or one that it imports, calls launch() on a thread of ours. */
async function importAlone(url: string): Promise<{ readonly default?: unknown }> {
  const role = threadRole()
  if (role === null) return import(url)
  const launched = new Promise<never>((_, reject) => (role.onLaunch = (site) => reject(new LaunchCalled(site))))
  try {
    // A module that does not wait for its launch settles behind it.
    return await Promise.race([import(url) as Promise<{ readonly default?: unknown }>, launched])
  } finally {
    role.onLaunch = undefined
  }
}

/** Also `module.exports = { default: job }`, as compilers to CommonJS write it. */
function unwrap(value: unknown): Job | null {
  if (typeof value !== 'object' || value === null) return null
  if ((value as Partial<Job>).millraceJob === 1) return value as Job
  return 'default' in value ? unwrap((value as { default: unknown }).default) : null
}

/** @throws MillraceError MR_JOB_TYPESCRIPT_UNSUPPORTED when the module is TypeScript and this Node.js cannot run it */
export function checkRunnable(url: string): void {
  const typescript = /\.[cm]?ts$/.test(new URL(url).pathname)
  if (!typescript || (process.features as { typescript?: unknown }).typescript) return
  throw new MillraceError(
    'MR_JOB_TYPESCRIPT_UNSUPPORTED',
    `${url} is TypeScript, which Node.js ${process.version} does not run. Use Node.js 22.18 or newer, or compile it and launch the .js file`,
  )
}
