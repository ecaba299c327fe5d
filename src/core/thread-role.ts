/** Marks the threads that millrace started, so that a launch() on one of them is refused instead of starting threads without end. */
const ROLE = Symbol.for('millrace.thread-role')

export interface ThreadRole {
  readonly role: 'worker' | 'control'
  readonly jobUrl: string
  /** While the job is being loaded: told where it calls launch(), which never returns then. */
  onLaunch?: ((site: string) => void) | undefined
}

export function setThreadRole(role: ThreadRole): void {
  ;(globalThis as Record<symbol, unknown>)[ROLE] = role
}

export function threadRole(): ThreadRole | null {
  return ((globalThis as Record<symbol, unknown>)[ROLE] as ThreadRole | undefined) ?? null
}
