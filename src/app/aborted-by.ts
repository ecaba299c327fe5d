import { MillraceError } from '../errors.ts'

/** What an aborted run, or launch, rejects with. */
export function abortedBy(reason: unknown): MillraceError {
  return new MillraceError('MR_ABORTED', `The run was aborted: ${String((reason as Error)?.message ?? reason)}`, { cause: reason })
}
