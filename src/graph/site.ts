import { fileURLToPath } from 'node:url'

/** `file:line:column` of the caller of `below`: where the user defined an operator. */
export function definitionSite(below: (...args: never[]) => unknown): string {
  const holder: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 1
  Error.captureStackTrace(holder, below)
  Error.stackTraceLimit = limit
  const frame = holder.stack?.split('\n').at(-1) ?? ''
  const place = /\(?((?:file:\/\/|\/|[A-Za-z]:\\|node:)[^()]*:\d+:\d+)\)?$/.exec(frame.trim())?.[1]
  if (place === undefined) return 'unknown'
  return place.startsWith('file://') ? fileURLToPath(place.replace(/:\d+:\d+$/, '')) + /:\d+:\d+$/.exec(place)![0] : place
}
