import type { Manifest } from '../checkpoint/manifest.ts'
import { type ErrorData, type FailureData, describeError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'

/** What a call to a worker rejected with: its own failure, or that it did not answer. */
export function callFailure(error: unknown, attempt: number): FailureData {
  const late = error instanceof MillraceError && error.code === 'MR_CALL_TIMEOUT'
  return describeError(error, { kind: late ? 'control-timeout' : 'user-code', attempt })
}

/** What a run fails with that was to stop with a checkpoint. */
export function lastCheckpointFailure(
  what: string,
  { latest, attempt }: { readonly latest: Manifest | null; readonly attempt: number },
  cause?: ErrorData,
): FailureData {
  const text = `The last checkpoint ${what}; the newest complete one is ${latest?.id ?? 'none'}`
  return { ...describeError(new MillraceError('MR_CHECKPOINT_FAILED', text), { kind: 'storage', attempt }), ...(cause && { cause }) }
}
