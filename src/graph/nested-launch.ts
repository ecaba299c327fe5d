/** launch() on a thread that millrace started: the job imports its app. Refused as the error of the run, with the imports that led there. */
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { ThreadRole } from '../core/thread-role.ts'
import { MillraceError } from '../errors.ts'
import { callsLaunch, importChain } from './import-chain.ts'

/** @param site `file:line:column` of the call of launch() */
export function nestedLaunch({ role, jobUrl }: ThreadRole, site: string): MillraceError {
  return new MillraceError(
    'MR_LAUNCH_IN_WORKER',
    `launch() ran on a ${role} thread of millrace, at ${site}: ${because(jobUrl, fileOf(site))}. Move the job into a module that does not import its app`,
  )
}

/**
 * When an app imports its job and the job imports the app, the app is evaluated first, and finds that there is no job yet: what the thread gets to
 * see is an error about a variable. Null when that is not what happened.
 */
export function circularLaunch(thrown: unknown, role: ThreadRole): MillraceError | null {
  if (!(thrown instanceof ReferenceError)) return null
  const [place, path] = /((?:file:\/\/|\/|[A-Za-z]:\\)[^\s()]+):\d+:\d+/.exec(thrown.stack ?? '') ?? []
  if (place === undefined || path === undefined) return null
  const file = path.startsWith('file://') ? fileURLToPath(path) : path
  const chain = importChain(role.jobUrl, file)
  // An app that is in a circle with its job leads back to it.
  if (chain === null || chain.length < 2 || importChain(pathToFileURL(file).href, chain[0]!) === null || !callsLaunch(file)) return null
  const site = place.startsWith('file://') ? `${file}${/:\d+:\d+$/.exec(place)![0]}` : place
  return new MillraceError(
    'MR_LAUNCH_IN_WORKER',
    `A ${role.role} thread of millrace met the module that calls launch(), which failed at ${site} (${thrown.message}): ` +
      `${because(role.jobUrl, file)}. Move the job into a module that does not import its app`,
    { cause: thrown },
  )
}

function fileOf(site: string): string {
  return site.replace(/:\d+:\d+$/, '')
}

function because(jobUrl: string, file: string): string {
  const chain = importChain(jobUrl, file)
  if (chain === null) return `the job ${jobUrl} imports the module that calls it, by way of a package or a computed name`
  if (chain.length === 1) return `the module of the job calls it itself, ${chain[0]}`
  return `the job imports the module that calls it: ${chain.join(' -> ')}`
}
