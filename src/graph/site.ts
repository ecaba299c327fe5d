import { fileURLToPath, pathToFileURL } from 'node:url'
import { MillraceError } from '../errors.ts'

/** The end of a line of a stack. */
const PLACE = /\(?((?:file:\/\/|\/|[A-Za-z]:\\|node:)[^()]*:\d+:\d+)\)?$/

const OWN = new URL('..', import.meta.url).href
/** Where stacks lead with source maps. */
const SOURCES = OWN.replace(/\/dist\/src\/$/, '/src/')

/** What `work` returns. A refusal that does not know its place gets `site`, or that of the first caller in its stack that is no module of millrace. */
export function located<T>(work: () => T, site?: string): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof MillraceError) || error.site !== undefined) throw error
    const place = site ?? callerSite(error.stack ?? '')
    throw place === null ? error : error.at(place)
  }
}

/** The first place in a stack that is no module of millrace. */
function callerSite(stack: string): string | null {
  for (const line of stack.split('\n')) {
    const place = PLACE.exec(line.trim())?.[1]
    if (place === undefined || place.startsWith('node:')) continue
    const url = place.startsWith('file://') ? place : pathToFileURL(place).href
    if (!url.startsWith(OWN) && !url.startsWith(SOURCES)) return pathOf(place)
  }
  return null
}

/** `file:line:column` of the caller of `below`: where the user defined an operator. */
export function definitionSite(below: (...args: never[]) => unknown): string {
  const holder: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 1
  Error.captureStackTrace(holder, below)
  Error.stackTraceLimit = limit
  const frame = holder.stack?.split('\n').at(-1) ?? ''
  const place = PLACE.exec(frame.trim())?.[1]
  if (place === undefined) return 'unknown'
  return pathOf(place)
}

function pathOf(place: string): string {
  return place.startsWith('file://') ? fileURLToPath(place.replace(/:\d+:\d+$/, '')) + /:\d+:\d+$/.exec(place)![0] : place
}
