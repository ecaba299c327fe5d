import { MillraceError } from '../errors.ts'
import { PRIORITY_BUFFER_RECORDS_DEFAULT, PRIORITY_LEVELS_MAX } from '../limits.ts'
import type { OperatorOptions } from './graph-builder.ts'

export interface PriorityOptions extends OperatorOptions {
  /** Number of levels, 2 to 10: the function returns 0 .. levels - 1, the largest for what is most urgent. */
  readonly levels: number
  /** Records that one instance takes in at most, to choose from; more wait in the order in which they came. Default 10,000. */
  readonly bufferRecords?: number
}

/** @throws MillraceError MR_OPTION_INVALID */
export function prioritySpec(
  levels: unknown,
  bufferRecords: unknown = PRIORITY_BUFFER_RECORDS_DEFAULT,
  site: string,
): Record<string, unknown> {
  const isCount = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && (value as number) >= least
  if (!isCount(levels, 2) || (levels as number) > PRIORITY_LEVELS_MAX)
    throw new MillraceError('MR_OPTION_INVALID', `prioritize levels=${String(levels)} is not an integer of 2 to ${PRIORITY_LEVELS_MAX}`, {
      site,
    })
  if (!isCount(bufferRecords, 1))
    throw new MillraceError('MR_OPTION_INVALID', `prioritize bufferRecords=${String(bufferRecords)} is not a number of records`, { site })
  return { levels, bufferRecords, startsChain: true }
}
