import { onlyKnown } from '../core/known-options.ts'
import { MillraceError } from '../errors.ts'
import * as triggers from '../time/triggers.ts'
import type { Trigger } from '../time/triggers.ts'
import type { WindowSpec } from '../time/window-assigners.ts'
import { checkFunction } from './check-function.ts'

/** Whether windows have a beginning and an end, or know no time. */
export type WindowBound = 'time' | 'global'

/**
 * Which windows the records of a stream belong to. Made by {@link window}.
 */
export interface WindowAssigner<in T, B extends WindowBound> {
  readonly spec: WindowSpec
  /** Of count windows: how many of the last records count, and after how many more each time. */
  readonly counts?: { readonly size: number; readonly slide: number }
  /** Types only. */
  readonly types?: { readonly record: (record: T) => void; readonly bound: B }
}

function refuse(text: string): never {
  throw new MillraceError('MR_OPTION_INVALID', text)
}

function wholeMs(value: unknown, name: string, least: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number
  return refuse(`${name}=${String(value)} is not a whole number of milliseconds${least > -Infinity ? ` of ${least} or more` : ''}`)
}

function records(value: unknown, name: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number
  return refuse(`${name}=${String(value)} is not a number of records of 1 or more`)
}

function sliding(kind: string, sizeMs: unknown, slideMs: unknown, offsetMs: unknown): WindowSpec {
  const spec = {
    type: 'sliding',
    sizeMs: wholeMs(sizeMs, `window.${kind}: sizeMs`, 1),
    slideMs: wholeMs(slideMs, `window.${kind}: slideMs`, 1),
    offsetMs: wholeMs(offsetMs, `window.${kind}: offsetMs`, -Infinity),
  } as const
  if (Math.abs(spec.offsetMs) < spec.slideMs) return spec
  return refuse(`window.${kind}: offsetMs=${spec.offsetMs} is not smaller than the ${spec.slideMs} ms between two windows`)
}

/** Makes windows for `keyed.window` and `stream.windowAll`. All of them throw MillraceError MR_OPTION_INVALID for numbers that make no windows. */
export const window = {
  /**
   * Windows of `sizeMs`, one after the other: each record belongs to one. They begin at multiples of `sizeMs` since 1970 (UTC), plus `offsetMs`: -2 h gives days of
   * the time zone UTC+2.
   */
  tumbling(options: { readonly sizeMs: number; readonly offsetMs?: number }): WindowAssigner<unknown, 'time'> {
    onlyKnown('window.tumbling', options, { sizeMs: 1, offsetMs: 1 })
    const { sizeMs, offsetMs = 0 } = options ?? {}
    return { spec: sliding('tumbling', sizeMs, sizeMs, offsetMs) }
  },

  /** Windows of `sizeMs` that begin every `slideMs`: they overlap, and each record belongs to `sizeMs / slideMs` of them. */
  sliding(options: { readonly sizeMs: number; readonly slideMs: number; readonly offsetMs?: number }): WindowAssigner<unknown, 'time'> {
    onlyKnown('window.sliding', options, { sizeMs: 1, slideMs: 1, offsetMs: 1 })
    const { sizeMs, slideMs, offsetMs = 0 } = options ?? {}
    return { spec: sliding('sliding', sizeMs, slideMs, offsetMs) }
  },

  /**
   * Sessions: records that follow each other within `gapMs` belong together; a record exactly that long after the last one still does. The gap may depend on
   * the record; then it must be above 0, or the job fails with MR_OPERATOR_FAILED.
   */
  session<T = unknown>(options: { readonly gapMs: number | ((record: T) => number) }): WindowAssigner<T, 'time'> {
    onlyKnown('window.session', options, { gapMs: 1 })
    const { gapMs } = options ?? {}
    const gap = typeof gapMs === 'function' ? checkFunction(gapMs, 'gapMs of window.session') : wholeMs(gapMs, 'window.session: gapMs', 1)
    return { spec: { type: 'session', gapMs: gap } }
  },

  /** One window of everything, which never ends: its trigger says when its results are emitted. Default: never. */
  global(): WindowAssigner<unknown, 'global'> {
    return { spec: { type: 'global' } }
  },

  /** Every `n` records. With `slide`: after every `slide` records, the last `n` of them. */
  count(n: number, options: { readonly slide?: number } = {}): WindowAssigner<unknown, 'global'> {
    onlyKnown('window.count', options, { slide: 1 })
    const { slide } = options
    const size = records(n, 'window.count')
    return { spec: { type: 'global' }, counts: { size, slide: slide === undefined ? size : records(slide, 'window.count: slide') } }
  },
} as const

/** Makes triggers: when the results of a window are emitted. One of your own is any object with the methods of {@link Trigger}. */
export const trigger = {
  /** Once, when the watermark has come to the end of the window; with allowed lateness again with every late record. The default in event time. */
  eventTime: triggers.eventTime as () => Trigger<unknown, never>,
  /** Once, when the clock has come to the end of the window. The default in processing time. */
  processingTime: triggers.processingTime as () => Trigger<unknown, never>,
  /** Whenever a window has got `n` more records. */
  count(n: number): Trigger<unknown, number> {
    return triggers.count(records(n, 'trigger.count'))
  },
  /** Every `everyMs` of event time, counted from 1970, and at the end of the window. */
  continuousEventTime(everyMs: number): Trigger<unknown, number> {
    return triggers.continuousEventTime(wholeMs(everyMs, 'trigger.continuousEventTime', 1))
  },
  /** Every `everyMs` by the clock, counted from 1970. */
  continuousProcessingTime(everyMs: number): Trigger<unknown, number> {
    return triggers.continuousProcessingTime(wholeMs(everyMs, 'trigger.continuousProcessingTime', 1))
  },
  /** When a record differs from the one that fired last by more than `threshold`. Not for sessions. */
  delta<T>(threshold: number, distance: (last: T, record: T) => number): Trigger<T, { readonly record: T }> {
    if (typeof threshold !== 'number' || Number.isNaN(threshold)) refuse(`trigger.delta(${String(threshold)}) is not a number`)
    return triggers.delta(threshold, checkFunction(distance, 'trigger.delta'))
  },
  /** Never; the default of global windows. */
  never: triggers.never as () => Trigger<unknown, never>,
  /** As another trigger, but what was emitted is forgotten. */
  purging<T, S>(inner: Trigger<T, S>): Trigger<T, S> {
    checkTrigger(inner)
    return triggers.purging(inner)
  },
} as const

/** @throws MillraceError MR_OPTION_INVALID for what is no trigger */
export function checkTrigger(given: unknown): void {
  if (typeof (given as Trigger | null)?.onRecord === 'function') return
  refuse(
    `a trigger is an object with the method onRecord, or made by trigger.count(n) and its like; got ${given === null ? 'null' : typeof given}`,
  )
}
