import { onlyKnown } from '../core/known-options.ts'
import { MillraceError } from '../errors.ts'
import { LOOKUP_CACHE_ENTRIES_DEFAULT, LOOKUP_CACHE_ENTRIES_MAX, LOOKUP_CACHE_TTL_MS_DEFAULT } from '../limits.ts'
import { type AsyncOptions, ASYNC_OPTIONS, asyncSpec } from './async-options.ts'
import { OPERATOR_OPTIONS, type OperatorOptions } from './graph-builder.ts'

export interface LookupOptions extends AsyncOptions {
  /** Values that each instance keeps: at most `maxEntries` (default 10,000; 0: none; up to 10,000,000), each for `ttlMs` (default 60,000 ms; Infinity: for as long as there is room). */
  readonly cache?: { readonly maxEntries?: number; readonly ttlMs?: number }
}

/** @throws MillraceError MR_OPTION_INVALID */
export function lookupSpec(
  options: LookupOptions,
  site: string,
): { readonly spec: Record<string, unknown>; readonly own: OperatorOptions } {
  onlyKnown('lookup', options, { ...OPERATOR_OPTIONS, ...ASYNC_OPTIONS, cache: 1 }, site)
  onlyKnown('cache of lookup', options.cache, { maxEntries: 1, ttlMs: 1 }, site)
  const { cache, inFlight, ordered, timeoutMs, retry, ...own } = options
  const { maxEntries = LOOKUP_CACHE_ENTRIES_DEFAULT, ttlMs = LOOKUP_CACHE_TTL_MS_DEFAULT } = cache ?? {}
  const refuse = (text: string): never => {
    throw new MillraceError('MR_OPTION_INVALID', `lookup ${text}`, { site })
  }
  if (!Number.isInteger(maxEntries) || maxEntries < 0 || maxEntries > LOOKUP_CACHE_ENTRIES_MAX)
    refuse(`cache.maxEntries=${String(maxEntries)}, but it must be an integer of 0 to ${LOOKUP_CACHE_ENTRIES_MAX}`)
  if (!(typeof ttlMs === 'number' && ttlMs > 0)) refuse(`cache.ttlMs=${String(ttlMs)}, but it must be a number of milliseconds above 0`)
  const given = { inFlight, ordered, timeoutMs, retry } as AsyncOptions
  return { spec: { ...asyncSpec(given, 'lookup', site), cache: { maxEntries, ttlMs } }, own }
}
