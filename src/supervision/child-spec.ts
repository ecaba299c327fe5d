/** How a supervisor treats its children: the words are those of OTP (strategy, intensity, period). */
import { MillraceError } from '../errors.ts'
import {
  RESTART_BACKOFF_MS_MAX_DEFAULT,
  RESTART_BACKOFF_MS_MIN_DEFAULT,
  RESTART_PERIOD_MS_DEFAULT,
  RESTARTS_MAX_DEFAULT,
} from '../limits.ts'

/**
 * What happens to the children when one fails.
 * `one-for-one`: that child restarts. `one-for-all`: all of them restart. `escalate`: none; the failure becomes that of the supervisor.
 */
export type Strategy = 'one-for-one' | 'one-for-all' | 'escalate'

/**
 * Pause before the n-th restart within a period: `minMs * factor ** (n - 1)`, at most `maxMs`, give or take `jitter` of it. A period without a failure begins
 * anew with `minMs`. A fixed pause has factor 1 and no jitter.
 */
export interface Backoff {
  readonly minMs: number
  readonly maxMs: number
  readonly factor: number
  /** 0 to 1: part of the pause that is random. */
  readonly jitter: number
}

export interface ChildSpec {
  readonly strategy: Strategy
  /** Intensity: restarts within {@link periodMs}; one more escalates. Infinity: none does. */
  readonly maxRestarts: number
  /** Infinity: restarts count for the whole run. */
  readonly periodMs: number
  readonly backoff: Backoff
}

export type ChildSpecOptions = Partial<Omit<ChildSpec, 'backoff'>> & {
  /** Fields that are left out have their defaults. A number: a fixed pause of so many milliseconds. */
  readonly backoff?: Partial<Backoff> | number
}

const STRATEGIES: readonly Strategy[] = ['one-for-one', 'one-for-all', 'escalate']

/**
 * Fills in defaults (5 restarts in 60 s, pauses of 10 ms to 10 s, doubled each time, 20 % jitter) and checks.
 *
 * @throws MillraceError MR_OPTION_INVALID
 */
export function childSpec(options: ChildSpecOptions = {}, strategy: Strategy = 'one-for-all'): ChildSpec {
  const { strategy: own = strategy, maxRestarts = RESTARTS_MAX_DEFAULT, periodMs = RESTART_PERIOD_MS_DEFAULT } = options
  const spec: ChildSpec = { strategy: own, maxRestarts, periodMs, backoff: backoffOf(options.backoff) }
  const { minMs, maxMs, factor, jitter } = spec.backoff
  demand(STRATEGIES.includes(spec.strategy), 'strategy', spec.strategy, `one of ${STRATEGIES.join(', ')}`)
  const whole = Number.isInteger(maxRestarts) || maxRestarts === Infinity
  demand(whole && maxRestarts >= 0, 'maxRestarts', maxRestarts, 'an integer of at least 0, or Infinity')
  demand(typeof periodMs === 'number' && periodMs > 0, 'periodMs', periodMs, 'more than 0')
  demand(Number.isFinite(minMs) && minMs >= 0, 'backoff.minMs', minMs, 'at least 0')
  demand(Number.isFinite(maxMs) && maxMs >= minMs, 'backoff.maxMs', maxMs, 'at least backoff.minMs')
  demand(Number.isFinite(factor) && factor >= 1, 'backoff.factor', factor, 'at least 1')
  demand(jitter >= 0 && jitter <= 1, 'backoff.jitter', jitter, 'between 0 and 1')
  return spec
}

function backoffOf(options: ChildSpecOptions['backoff'] = {}): Backoff {
  if (typeof options === 'number') return { minMs: options, maxMs: options, factor: 1, jitter: 0 }
  const { minMs = RESTART_BACKOFF_MS_MIN_DEFAULT, factor = 2, jitter = 0.2 } = options
  return { minMs, maxMs: options.maxMs ?? Math.max(RESTART_BACKOFF_MS_MAX_DEFAULT, minMs), factor, jitter }
}

/**
 * Pause before a restart, in milliseconds.
 *
 * @param restart 1 for the first restart within the period
 * @param random from [0, 1)
 */
export function backoffMs(backoff: Backoff, restart: number, random: number): number {
  // 0 times a factor that has grown to Infinity is no number.
  const plain = backoff.minMs === 0 ? 0 : Math.min(backoff.maxMs, backoff.minMs * backoff.factor ** (restart - 1))
  const spread = plain * backoff.jitter
  return Math.min(backoff.maxMs, plain - spread + 2 * spread * random)
}

function demand(holds: boolean, name: string, value: unknown, wanted: string): void {
  if (!holds) throw new MillraceError('MR_OPTION_INVALID', `restart.${name}=${String(value)}, but it must be ${wanted}.`)
}
