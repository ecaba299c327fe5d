import { onlyKnown } from '../core/known-options.ts'
import { MillraceError } from '../errors.ts'
import { ASYNC_IN_FLIGHT_DEFAULT, ASYNC_IN_FLIGHT_MAX, ASYNC_RETRY_MS_MAX_DEFAULT, ASYNC_TIMEOUT_MS_DEFAULT } from '../limits.ts'
import type { OperatorOptions } from './graph-builder.ts'

/** What an async function gets besides its record. */
export interface AsyncCall {
  /** Aborted when the call has taken too long, and when the attempt of the job that it belongs to is over. */
  readonly signal: AbortSignal
  /** 1 for the first call, more for retries. */
  readonly attempt: number
}

export interface AsyncOptions extends OperatorOptions {
  /** Calls of one instance at a time, 1 to 100,000; more records wait. Default 100. */
  readonly inFlight?: number
  /** True (default): results come in the order of their records. False: as they are done, but not across a watermark. */
  readonly ordered?: boolean
  /** A call that takes longer has failed with MR_ASYNC_TIMEOUT. Default 60,000 ms. */
  readonly timeoutMs?: number
  /** Calls that fail are made again, `attempts` times in all, after `minMs`, twice as long each time, at most `maxMs`. Default: one attempt. */
  readonly retry?: { readonly attempts: number; readonly minMs?: number; readonly maxMs?: number }
}

/** For {@link onlyKnown}. */
export const ASYNC_OPTIONS = { inFlight: 1, ordered: 1, timeoutMs: 1, retry: 1 } as const

/** @throws MillraceError MR_OPTION_INVALID */
export function asyncSpec(options: AsyncOptions, operator: string, site?: string): Record<string, unknown> {
  const { inFlight = ASYNC_IN_FLIGHT_DEFAULT, ordered = true, timeoutMs = ASYNC_TIMEOUT_MS_DEFAULT, retry } = options
  onlyKnown(`retry of ${operator}`, retry, { attempts: 1, minMs: 1, maxMs: 1 }, site)
  const { attempts = 1, minMs = 100, maxMs = ASYNC_RETRY_MS_MAX_DEFAULT } = retry ?? {}
  demand(
    Number.isInteger(inFlight) && inFlight >= 1 && inFlight <= ASYNC_IN_FLIGHT_MAX,
    'inFlight',
    inFlight,
    `an integer of 1 to ${ASYNC_IN_FLIGHT_MAX}`,
  )
  demand(typeof ordered === 'boolean', 'ordered', ordered, 'true or false')
  demand(typeof timeoutMs === 'number' && timeoutMs >= 1, 'timeoutMs', timeoutMs, 'a number of milliseconds of 1 or more')
  demand(Number.isInteger(attempts) && attempts >= 1 && attempts <= 1000, 'retry.attempts', attempts, 'an integer of 1 to 1000')
  demand(Number.isFinite(minMs) && minMs >= 0, 'retry.minMs', minMs, 'a number of milliseconds')
  demand(Number.isFinite(maxMs) && maxMs >= minMs, 'retry.maxMs', maxMs, 'a number of milliseconds, not less than minMs')
  return { inFlight, ordered, timeoutMs, retry: { attempts, minMs, maxMs }, startsChain: true }

  function demand(holds: boolean, name: string, value: unknown, wanted: string): void {
    if (!holds)
      throw new MillraceError(
        'MR_OPTION_INVALID',
        `${operator} ${name}=${String(value)}, but it must be ${wanted}`,
        site === undefined ? {} : { site },
      )
  }
}
