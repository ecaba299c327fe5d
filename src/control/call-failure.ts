import { type FailureData, describeError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'

/** What a call to a worker rejected with: its own failure, or that it did not answer. */
export function callFailure(error: unknown, attempt: number): FailureData {
  const late = error instanceof MillraceError && error.code === 'MR_CALL_TIMEOUT'
  return describeError(error, { kind: late ? 'control-timeout' : 'user-code', attempt })
}
