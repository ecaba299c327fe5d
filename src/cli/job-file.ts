import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Job } from '../graph/job.ts'
import { checkRunnable, loadJob } from '../graph/load-job.ts'
import { UsageError } from './usage-error.ts'

/**
 * The job that a module exports.
 *
 * @param path as typed, relative to the working directory
 * @throws UsageError when there is no such file; MillraceError as {@link loadJob}, MR_JOB_TYPESCRIPT_UNSUPPORTED before anything is imported
 */
export async function jobFromFile(path: string): Promise<Job> {
  const file = resolve(path)
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) throw new UsageError(`there is no job module ${file}`)
  const url = pathToFileURL(file).href
  checkRunnable(url)
  return loadJob(url)
}
