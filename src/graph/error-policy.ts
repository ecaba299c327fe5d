import { onlyKnown } from '../core/known-options.ts'
import { type MaskPaths, maskPaths } from '../core/mask.ts'
import type { ErrorCode } from '../errors.ts'
import { MillraceError } from '../errors.ts'
import { ERROR_WINDOW_RECORDS_MAX } from '../limits.ts'

/** More than a part of the records is bad: then it is not the records. */
export interface FailAfter {
  /** Part of the records that may fail, from 0 to below 1. */
  readonly ratio: number
  /** The last so many records of each instance are looked at: 1 to 1,000,000. Before there are as many, the others count as good. */
  readonly over: number
}

/** What is not to be seen in dead letters: paths of fields, as in `'email'` or `'card.number'`; a path goes through every element of an array. */
export interface DeadLetterOptions {
  readonly mask?: readonly string[]
}

/**
 * What happens when an operator throws on a record. 'fail': the job restarts from its last checkpoint. 'skip': the record leaves no trace but a
 * count. 'deadLetter': besides, it comes out of `stream.deadLetters()`. As an object: `{ deadLetter: { mask } }` hides fields in dead
 * letters, `{ failAfter: { ratio, over } }` skips, or with `deadLetter` beside it keeps letters, until more than `ratio` of the last `over` records
 * failed, and fails then.
 */
export type ErrorPolicy =
  | 'fail'
  | 'skip'
  | 'deadLetter'
  | { readonly failAfter: FailAfter; readonly deadLetter?: boolean | DeadLetterOptions }
  | { readonly deadLetter: true | DeadLetterOptions; readonly failAfter?: FailAfter }

/** What is known of an error in a dead letter. */
export interface DeadLetterError {
  /** The code under which the job would have failed: MR_OPERATOR_FAILED for what user code threw. */
  readonly code: ErrorCode
  /** Class of what was thrown, or the type of a thrown value that is no error. */
  readonly class: string
  readonly message: string
  readonly stack: string | null
}

/** Where a record came from: the source of its chain, or the channel that brought it to its actor. */
export type DeadLetterOrigin =
  /**
   * `position` counts the records of the split from 0, as in checkpoints; for a generator it is the number of the row, and for sources that do
   * not tell splits apart `split` is null.
   */
  | { readonly source: string; readonly split: number | null; readonly position: number }
  /**
   * `channel` names both ends and their instances; `sequence` counts its records from 0 since the job began, or since the number of
   * instances of one of its ends changed.
   */
  | { readonly channel: string; readonly sequence: number }

/** A record on which an operator threw. What the operator did about it was undone. */
export interface DeadLetter<T = unknown> {
  /** The operator's input; masked fields are '***', and what cannot cross threads is its description. */
  readonly record: T
  readonly operator: string
  /** `file:line:column` of the call that defined the operator. */
  readonly site: string
  readonly error: DeadLetterError
  /** Ms since 1970, by the clock of the worker. */
  readonly at: number
  /** The record that arrived at the actor, from which the operators before this one made its input. */
  readonly from: DeadLetterOrigin
}

/** A policy other than 'fail', checked. */
export interface CheckedPolicy {
  /** Null: skip. */
  readonly deadLetter: { readonly mask: MaskPaths } | null
  readonly failAfter: FailAfter | null
}

/**
 * Null for 'fail'.
 * @throws MillraceError MR_OPTION_INVALID
 */
export function checkPolicy(given: unknown, site: string): CheckedPolicy | null {
  switch (given) {
    case undefined:
    case 'fail':
      return null
    case 'skip':
      return { deadLetter: null, failAfter: null }
    case 'deadLetter':
      return { deadLetter: { mask: [] }, failAfter: null }
  }
  const refuse = (why: string): never => {
    throw new MillraceError('MR_OPTION_INVALID', `onError ${why}`, { site })
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return refuse(`is not one of 'fail', 'skip', 'deadLetter', { failAfter: { ratio, over } }, { deadLetter: { mask } }`)
  }
  onlyKnown('onError', given as Record<'deadLetter' | 'failAfter', unknown>, { deadLetter: 1, failAfter: 1 }, site)
  const { deadLetter = false, failAfter } = given as Record<string, unknown>
  if (failAfter === undefined && deadLetter === false) return refuse('is an object with neither failAfter nor deadLetter')
  return {
    deadLetter: deadLetter === false ? null : { mask: deadLetter === true ? [] : maskOf(deadLetter, refuse, site) },
    failAfter: failAfter === undefined ? null : failAfterOf(failAfter, refuse, site),
  }
}

/** The policy, whose letters show none of these fields either. */
export function masking(policy: CheckedPolicy | null, mask: MaskPaths): CheckedPolicy | null {
  if (policy === null || policy.deadLetter === null || mask.length === 0) return policy
  return { ...policy, deadLetter: { mask: [...policy.deadLetter.mask, ...mask] } }
}

function maskOf(given: unknown, refuse: (why: string) => never, site: string): MaskPaths {
  if (typeof given !== 'object' || given === null) return refuse('deadLetter is neither true nor { mask }')
  onlyKnown('deadLetter of onError', given as { mask?: unknown }, { mask: 1 }, site)
  const { mask = [] } = given as { mask?: unknown }
  return maskPaths(mask) ?? refuse(`deadLetter takes { mask: ['field', 'field.inner'] }`)
}

function failAfterOf(given: unknown, refuse: (why: string) => never, site: string): FailAfter {
  onlyKnown('failAfter of onError', given as FailAfter, { ratio: 1, over: 1 }, site)
  const { ratio, over } = given as Partial<FailAfter>
  if (!(typeof ratio === 'number' && ratio >= 0 && ratio < 1))
    return refuse(`failAfter ratio=${String(ratio)} is not a number from 0 to below 1`)
  if (!(Number.isInteger(over) && over! >= 1 && over! <= ERROR_WINDOW_RECORDS_MAX))
    return refuse(`failAfter over=${String(over)} is not an integer from 1 to ${ERROR_WINDOW_RECORDS_MAX}`)
  return { ratio, over: over! }
}
