/**
 * What to do about a failure: a pure function over the supervision tree job -> region -> actor.
 * An actor fails: its region's strategy says who restarts (in this version always the whole region, from the last complete
 * checkpoint). A region that fails more often than its intensity allows escalates to the job, whose own child spec says whether all
 * regions restart or the run fails. Doing it is the interpreter's work, on the control thread.
 */
import type { FailureData, FailureKind } from '../core/failure.ts'
import { describeError } from '../core/failure.ts'
import { LASTING_CODES, MillraceError } from '../errors.ts'
import { RESTARTS_REMEMBERED_MAX } from '../limits.ts'
import type { ChildSpec } from './child-spec.ts'
import { backoffMs } from './child-spec.ts'

export interface RegionState {
  readonly spec: ChildSpec
  /** Execution number that runs now, or that starts after the pause which was decided last. */
  readonly attempt: number
  /** Times of the restarts within the period, oldest first; never more than `spec.maxRestarts`, nor than RESTARTS_REMEMBERED_MAX where that is Infinity. */
  readonly restartsMs: readonly number[]
}

export interface SupervisionState {
  readonly spec: ChildSpec
  readonly restartsMs: readonly number[]
  readonly regions: Readonly<Record<string, RegionState>>
  /** Set by the first `fail-job`: from then on every failure is ignored. */
  readonly failed: boolean
}

export type Decision =
  /** Ends the region's attempt, waits, starts it as `attempt` from the last complete checkpoint. */
  | { readonly kind: 'restart-region'; readonly region: string; readonly delayMs: number; readonly attempt: number }
  /** Ends nothing: the actor is made anew in the running attempt, from the last complete checkpoint and what it was given since. */
  | { readonly kind: 'restart-actor'; readonly delayMs: number }
  /** The same for every region, by the job's intensity. `attempts` holds the new execution number of each. */
  | { readonly kind: 'restart-job'; readonly delayMs: number; readonly attempts: Readonly<Record<string, number>> }
  /** The run is over; `reason` is what its promises reject with. */
  | { readonly kind: 'fail-job'; readonly reason: FailureData }
  | { readonly kind: 'ignore'; readonly because: 'old-attempt' | 'unknown-region' | 'job-failed' }

export interface Decided {
  readonly state: SupervisionState
  readonly decision: Decision
}

/** What comes again however often one restarts; codes of errors say it of themselves. */
const INCURABLE_KINDS: ReadonlySet<FailureKind> = new Set<FailureKind>(['module-load', 'storage'])

/**
 * State before the first attempt.
 *
 * @param job child spec of the regions as a whole; the usual one is `childSpec({ strategy: 'escalate' })`: a region that cannot be helped ends the run
 * @param regions child spec of each region's actors, by the region's name
 * @param attempt execution number of the first attempt
 */
export function superviseRegions(job: ChildSpec, regions: Readonly<Record<string, ChildSpec>>, attempt = 1): SupervisionState {
  const states = Object.entries(regions).map(([name, spec]) => [name, { spec, attempt, restartsMs: [] }] as const)
  return { spec: job, restartsMs: [], regions: Object.fromEntries(states), failed: false }
}

/** A restart that nothing failed for: all regions begin anew, and it counts against nobody's intensity. */
export function restartPlanned(state: SupervisionState): { readonly state: SupervisionState; readonly attempt: number } {
  const regions = Object.fromEntries(
    Object.entries(state.regions).map(([name, region]) => [name, { ...region, attempt: region.attempt + 1 }]),
  )
  return { state: { ...state, regions }, attempt: Math.max(...Object.values(regions).map(({ attempt }) => attempt)) }
}

/** True if a restart cannot help against this failure. */
export function isIncurable(failure: FailureData): boolean {
  if (INCURABLE_KINDS.has(failure.kind)) return true
  return failure.class === 'MillraceError' && (LASTING_CODES as ReadonlySet<unknown>).has(failure.code)
}

/**
 * Decides about one failure. A worker's death is one failure per region that had actors on it.
 *
 * @param failure its `region` may be left out if there is but one
 * @param random from [0, 1), drives the jitter
 * @param isAlone the actor that failed may restart alone, see {@link decideScope}; it counts as a restart of its region does
 */
export function decide(state: SupervisionState, failure: FailureData, nowMs: number, random: number, isAlone = false): Decided {
  if (state.failed) return { state, decision: { kind: 'ignore', because: 'job-failed' } }
  const names = Object.keys(state.regions)
  const name = failure.region ?? (names.length === 1 ? names[0]! : '')
  const region = Object.hasOwn(state.regions, name) ? state.regions[name]! : undefined
  if (!region) return { state, decision: { kind: 'ignore', because: 'unknown-region' } }
  if (failure.attempt < region.attempt) return { state, decision: { kind: 'ignore', because: 'old-attempt' } }
  if (isIncurable(failure)) return fail(state, failure)

  const recent = within(region.restartsMs, region.spec, nowMs)
  if (region.spec.strategy === 'escalate' || recent.length >= region.spec.maxRestarts) {
    return escalate(state, exhausted(failure, `region "${name}"`, region.spec), nowMs, random)
  }
  const attempt = region.attempt + (isAlone ? 0 : 1)
  const restartsMs = [...recent, nowMs]
  const regions = { ...state.regions, [name]: { ...region, attempt, restartsMs } }
  const delayMs = backoffMs(region.spec.backoff, restartsMs.length, random)
  const decision: Decision = isAlone ? { kind: 'restart-actor', delayMs } : { kind: 'restart-region', region: name, delayMs, attempt }
  return { state: { ...state, regions }, decision }
}

function escalate(state: SupervisionState, failure: FailureData, nowMs: number, random: number): Decided {
  const recent = within(state.restartsMs, state.spec, nowMs)
  if (state.spec.strategy === 'escalate') return fail(state, failure)
  if (recent.length >= state.spec.maxRestarts) return fail(state, exhausted(failure, 'the job', state.spec))
  const restartsMs = [...recent, nowMs]
  const regions: Record<string, RegionState> = {}
  const attempts: Record<string, number> = {}
  for (const [name, region] of Object.entries(state.regions)) {
    attempts[name] = region.attempt + 1
    regions[name] = { ...region, attempt: region.attempt + 1, restartsMs: [] }
  }
  const delayMs = backoffMs(state.spec.backoff, restartsMs.length, random)
  return { state: { ...state, regions, restartsMs }, decision: { kind: 'restart-job', delayMs, attempts } }
}

function fail(state: SupervisionState, reason: FailureData): Decided {
  return { state: { ...state, failed: true }, decision: { kind: 'fail-job', reason } }
}

/** The failure that used up the intensity is the cause of the one that is reported. */
function exhausted(failure: FailureData, who: string, spec: ChildSpec): FailureData {
  if (spec.strategy === 'escalate' || spec.maxRestarts === 0) return failure
  const within = spec.periodMs === Infinity ? '' : ` within ${spec.periodMs} ms`
  const message = `${who} was restarted ${spec.maxRestarts} times${within} and failed again: ${failure.message}`
  const { kind, attempt, region, actor, ...cause } = failure
  const place = { kind, attempt, ...(region === undefined ? {} : { region }), ...(actor === undefined ? {} : { actor }) }
  return { ...describeError(new MillraceError('MR_RESTARTS_EXHAUSTED', message), place), ...siteOf(failure), cause }
}

function siteOf(failure: FailureData): Pick<FailureData, 'operator' | 'site'> {
  return {
    ...(failure.operator === undefined ? {} : { operator: failure.operator }),
    ...(failure.site === undefined ? {} : { site: failure.site }),
  }
}

function within(timesMs: readonly number[], { periodMs, maxRestarts }: ChildSpec, nowMs: number): readonly number[] {
  const recent = timesMs.filter((at) => nowMs - at < periodMs)
  return maxRestarts === Infinity ? recent.slice(-RESTARTS_REMEMBERED_MAX) : recent
}
