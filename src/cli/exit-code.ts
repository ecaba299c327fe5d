import { MillraceError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import { UsageError } from './usage-error.ts'

/** Exit codes of the command; docs/cli.md lists them. */
export const EXIT = { done: 0, failed: 1, usage: 2, stopped: 130 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Errors that tell whoever typed the command to type another: nothing was started. */
const USAGE_CODES: readonly ErrorCode[] = ['MR_CONFIG_INVALID', 'MR_JOB_TYPESCRIPT_UNSUPPORTED']

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return EXIT.usage
  return error instanceof MillraceError && USAGE_CODES.includes(error.code) ? EXIT.usage : EXIT.failed
}
