import { onlyKnown } from '../core/known-options.ts'
import { MillraceError } from '../errors.ts'

/** Checks of what operators are given besides functions. All throw MR_OPTION_INVALID. */

export function count(n: number, operator: string, site: string): number {
  if (Number.isSafeInteger(n) && n >= 0) return n
  throw new MillraceError('MR_OPTION_INVALID', `${operator}(${String(n)}) is not a number of records`, { site })
}

export function sampling(
  given: { readonly every?: unknown; readonly ratio?: unknown; readonly seed?: unknown },
  site: string,
): Record<string, unknown> {
  onlyKnown('sample', given, { every: 1, ratio: 1, seed: 1 }, site)
  const { every, ratio, seed = 0 } = given ?? {}
  if (every !== undefined && ratio === undefined) {
    if (Number.isSafeInteger(every) && (every as number) >= 1) return { every }
    throw new MillraceError('MR_OPTION_INVALID', `sample every=${String(every)} is not an integer of 1 or more`, { site })
  }
  if (every !== undefined || typeof ratio !== 'number' || !(ratio >= 0 && ratio <= 1)) {
    throw new MillraceError('MR_OPTION_INVALID', 'sample takes { every: n } or { ratio, seed } with a ratio of 0 to 1', { site })
  }
  if (typeof seed !== 'string' && !Number.isFinite(seed))
    throw new MillraceError('MR_OPTION_INVALID', `sample seed=${String(seed)} is neither a number nor a text`, { site })
  return { ratio, seed }
}

export function timeBuckets(
  given: { readonly bucketMs: number; readonly by: 'event' | 'arrival' },
  site: string,
): { bucketMs: number; by: 'event' | 'arrival' } {
  onlyKnown('partitionByTime', given, { bucketMs: 1, by: 1 }, site)
  const { bucketMs, by } = given ?? {}
  if (!(Number.isSafeInteger(bucketMs) && bucketMs > 0))
    throw new MillraceError('MR_OPTION_INVALID', `partitionByTime bucketMs=${String(bucketMs)} is not a whole number of milliseconds`, {
      site,
    })
  if (by !== 'event' && by !== 'arrival')
    throw new MillraceError('MR_OPTION_INVALID', `partitionByTime by=${String(by)} is not one of 'event', 'arrival'`, { site })
  return { bucketMs, by }
}

/** @throws MillraceError MR_GRAPH_INVALID */
export function key(selector: unknown, operator: string, site: string): void {
  if (typeof selector !== 'string' && typeof selector !== 'function') {
    throw new MillraceError('MR_GRAPH_INVALID', `${operator} takes the name of a field or a function`, { site })
  }
}
