import { threadRole } from './thread-role.ts'

/** What is to go away, by code. A code is never used again; its entry stays when what it is about has gone. */
export interface Deprecation {
  readonly what: string
  /** Version that said so first. */
  readonly since: string
  /** Version that does not have it any more. */
  readonly removedIn: string
  readonly instead: string
}

export const DEPRECATIONS = {
  MR_DEP0001: {
    what: 'source.inlet()',
    since: '0.1.0',
    removedIn: '1.0.0',
    instead: 'inlet(name, options) of the context of build(), which is the same, or inlets of defineJob',
  },
} as const satisfies Readonly<Record<string, Deprecation>>

export type DeprecationCode = keyof typeof DEPRECATIONS

/** Codes that this process was told of. A bundle may hold this module several times. */
const TOLD = Symbol.for('millrace.deprecations')

/**
 * Tells of something deprecated that is used, once per process and code, as Node.js tells of its own: by a DeprecationWarning, which --no-deprecation, --throw-deprecation
 * and --trace-deprecation are about. Silent on threads of ours: they build the graph that the app thread has built before.
 *
 * @param site `file:line:column` where it is used
 */
export function deprecated(code: DeprecationCode, site: string): void {
  if (threadRole() !== null) return
  const told = ((globalThis as Record<symbol, unknown>)[TOLD] ??= new Set<string>()) as Set<string>
  if (told.has(code)) return
  told.add(code)
  const { what, removedIn, instead }: Deprecation = DEPRECATIONS[code]
  process.emitWarning(`${what} (used at ${site}) is deprecated and will be gone in ${removedIn}: use ${instead}`, {
    type: 'DeprecationWarning',
    code,
  })
}
