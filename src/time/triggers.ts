import type { Key } from '../core/key-hash.ts'
import type { TimeWindow } from './window-assigners.ts'
import { lastMsOf } from './window-assigners.ts'

/**
 * What becomes of a window: nothing, its result is emitted ('fire'), its contents are forgotten ('purge'), or both. What is purged is gone; the window itself
 * stays until it is over.
 */
export type TriggerResult = 'continue' | 'fire' | 'purge' | 'fireAndPurge'

/** One window of one key, as its trigger sees it. Valid while the method runs. */
export interface TriggerContext<S> {
  readonly key: Key
  readonly window: TimeWindow
  /** Event time in ms: no record with that time or an earlier one is to be expected. -Infinity at the beginning. */
  readonly watermark: number
  /** The clock, in ms since 1970. */
  readonly nowMs: number
  /** What the trigger keeps of this window: plain data, undefined until set. Part of checkpoints. */
  state: S | undefined
  /** Calls `onEventTime` when the watermark has come to `time`, once for each time. */
  setEventTimer(time: number): void
  deleteEventTimer(time: number): void
  /** Calls `onProcessingTime` when the clock has come to `time`, once for each time. */
  setProcessingTimer(time: number): void
  deleteProcessingTimer(time: number): void
}

/**
 * When the results of a window are emitted. One object serves all windows, so it must not keep anything itself: what it wants to know of a window later goes
 * into `context.state`. Semantics of Apache Flink's `Trigger`.
 */
export interface Trigger<T = never, S = unknown> {
  /** A record was added to the window. */
  onRecord(record: T, timestamp: number, context: TriggerContext<S>): TriggerResult
  /** A timer in event time. Absent: nothing happens. */
  onEventTime?(time: number, context: TriggerContext<S>): TriggerResult
  /** A timer in processing time. Absent: nothing happens. */
  onProcessingTime?(time: number, context: TriggerContext<S>): TriggerResult
  /**
   * Sessions became one: `context` is that of the new window, which has no state and no timers yet; `states` is what was kept of those that it was made of, in
   * the order of time, without those that had no state. Absent: the trigger cannot be used with sessions.
   */
  onMerge?(states: readonly S[], context: TriggerContext<S>): void
  /** The window is over, or became part of another one. Its timers are deleted and its state is forgotten in any case. */
  clear?(context: TriggerContext<S>): void
}

type AnyTrigger = Trigger<never, never>

/** Once, when the watermark has come to the end of the window; with allowed lateness again with every record that is late. */
export function eventTime(): Trigger<unknown, never> & { readonly type: 'eventTime' } {
  return {
    type: 'eventTime',
    onRecord: (_record, _timestamp, context) => {
      const last = lastMsOf(context.window.end)
      if (last <= context.watermark) return 'fire'
      context.setEventTimer(last)
      return 'continue'
    },
    onEventTime: (time, { window }) => (time === lastMsOf(window.end) ? 'fire' : 'continue'),
    onMerge: (_states, context) => {
      const last = lastMsOf(context.window.end)
      // Else onRecord fires, which follows, and a timer would fire once more.
      if (last > context.watermark) context.setEventTimer(last)
    },
  }
}

/** Once, when the clock has come to the end of the window. */
export function processingTime(): Trigger<unknown, never> & { readonly type: 'processingTime' } {
  return {
    type: 'processingTime',
    onRecord: (_record, _timestamp, context) => {
      context.setProcessingTimer(lastMsOf(context.window.end))
      return 'continue'
    },
    onProcessingTime: () => 'fire',
    onMerge: (_states, context) => {
      const last = lastMsOf(context.window.end)
      if (last > context.nowMs) context.setProcessingTimer(last)
    },
  }
}

/** Whenever a window has got `n` more records. */
export function count(n: number): Trigger<unknown, number> & { readonly type: 'count'; readonly n: number } {
  return {
    type: 'count',
    n,
    onRecord: (_record, _timestamp, context) => {
      const seen = (context.state ?? 0) + 1
      context.state = seen >= n ? undefined : seen
      return seen >= n ? 'fire' : 'continue'
    },
    onMerge: (states, context) => {
      context.state = states.length === 0 ? undefined : states.reduce((sum, seen) => sum + seen, 0)
    },
  }
}

/** Time of the next firing: not later than the end of the window, if that is still to come. */
function nextFiring(from: number, everyMs: number, { window }: TriggerContext<number>): number {
  const last = lastMsOf(window.end)
  return last > from ? Math.min(from + everyMs, last) : from + everyMs
}

/** The multiple of `everyMs` at or before a time (of times before 1970: at or after). */
function multipleBefore(time: number, everyMs: number): number {
  return time - (time % everyMs)
}

type Schedule = (from: number, context: TriggerContext<number>) => void

/** A timer of a continuous trigger: the end of the window, the next firing, or one that a merge has left behind. */
function fireAgain(time: number, context: TriggerContext<number>, schedule: Schedule): TriggerResult {
  if (time === lastMsOf(context.window.end)) return 'fire'
  if (time !== context.state) return 'continue'
  context.state = undefined
  schedule(time, context)
  return 'fire'
}

/** Of sessions that become one: their earliest next firing becomes that of all, or null when none has any. */
function earliest(states: readonly number[], context: TriggerContext<number>): number | null {
  if (states.length === 0) return null
  return (context.state = Math.min(...states))
}

/** Every `everyMs` of event time, counted from 1970, for as long as there are records; and at the end of the window. */
export function continuousEventTime(
  everyMs: number,
): Trigger<unknown, number> & { readonly type: 'continuousEventTime'; readonly everyMs: number } {
  const schedule: Schedule = (from, context) => {
    // The end has a timer of its own; one that is kept as the next firing would outlive it in a session that grows.
    const next = from + everyMs
    // A window without an end would fire for ever once the input is over.
    if (context.watermark === Infinity && context.window.end === Infinity) return
    context.state = next
    context.setEventTimer(next)
  }
  return {
    type: 'continuousEventTime',
    everyMs,
    onRecord: (_record, timestamp, context) => {
      const last = lastMsOf(context.window.end)
      if (last <= context.watermark) return 'fire'
      if (last < Infinity) context.setEventTimer(last)
      if (context.state === undefined) schedule(multipleBefore(timestamp, everyMs), context)
      return 'continue'
    },
    onEventTime: (time, context) => fireAgain(time, context, schedule),
    onMerge: (states, context) => {
      const next = earliest(states, context)
      if (next !== null) context.setEventTimer(next)
    },
  }
}

/** Every `everyMs` by the clock, counted from 1970, for as long as there are records. */
export function continuousProcessingTime(
  everyMs: number,
): Trigger<unknown, number> & { readonly type: 'continuousProcessingTime'; readonly everyMs: number } {
  const schedule: Schedule = (from, context) => {
    context.state = nextFiring(from, everyMs, context)
    context.setProcessingTimer(context.state)
  }
  return {
    type: 'continuousProcessingTime',
    everyMs,
    onRecord: (_record, _timestamp, context) => {
      if (context.state === undefined) schedule(multipleBefore(context.nowMs, everyMs), context)
      return 'continue'
    },
    onProcessingTime: (time, context) => fireAgain(time, context, schedule),
    onMerge: (states, context) => {
      const next = earliest(states, context)
      if (next !== null) context.setProcessingTimer(next)
    },
  }
}

/** When a record differs from the one that fired last by more than `threshold`, as `distance(last, record)` tells. Not for sessions. */
export function delta<T>(
  threshold: number,
  distance: (last: T, record: T) => number,
): Trigger<T, { readonly record: T }> & {
  readonly type: 'delta'
  readonly threshold: number
  readonly distance: (last: T, record: T) => number
} {
  return {
    type: 'delta',
    threshold,
    distance,
    onRecord: (record, _timestamp, context) => {
      const fires = context.state !== undefined && distance(context.state.record, record) > threshold
      if (fires || context.state === undefined) context.state = { record }
      return fires ? 'fire' : 'continue'
    },
  }
}

/** Never: only what other triggers wrap, or the end of the window, forgets its contents. The default of global windows. */
export function never(): Trigger<unknown, never> & { readonly type: 'never' } {
  return { type: 'never', onRecord: () => 'continue', onMerge: () => {} }
}

/** As another trigger, but what was emitted is forgotten. */
export function purging<T, S>(inner: Trigger<T, S>): Trigger<T, S> & { readonly type: 'purging'; readonly inner: Trigger<T, S> } {
  const purge = (result: TriggerResult): TriggerResult => (result === 'fire' ? 'fireAndPurge' : result)
  return {
    type: 'purging',
    inner,
    onRecord: (record, timestamp, context) => purge(inner.onRecord(record, timestamp, context)),
    onEventTime: (time, context) => purge(inner.onEventTime?.(time, context) ?? 'continue'),
    onProcessingTime: (time, context) => purge(inner.onProcessingTime?.(time, context) ?? 'continue'),
    ...(inner.onMerge && { onMerge: (states: readonly S[], context: TriggerContext<S>) => inner.onMerge!(states, context) }),
    clear: (context) => inner.clear?.(context),
  }
}

/** True when a trigger waits for event time, which needs a stream that has it. */
export function needsEventTime(trigger: AnyTrigger): boolean {
  const { type, inner } = trigger as AnyTrigger & { readonly type?: string; readonly inner?: AnyTrigger }
  return type === 'eventTime' || type === 'continuousEventTime' || (inner !== undefined && needsEventTime(inner))
}
