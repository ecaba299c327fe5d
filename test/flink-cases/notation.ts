/** Short words for the cases: what happens, and what came out. */
import type { Step } from '../../src/testing/index.ts'
import type { Given, Gives } from './case.ts'

/** A record of a key, with its event time where it has one. */
export function add(key: string, value: number, timestamp?: number): Step {
  return timestamp === undefined ? { record: { key, value } } : { record: { key, value }, timestamp }
}

export const watermark = (time: number, channel?: number): Step =>
  channel === undefined ? { watermark: time } : { watermark: time, channel }
export const idle = (channel?: number): Step => (channel === undefined ? { idle: true } : { idle: true, channel })
export const active = (channel?: number): Step => (channel === undefined ? { idle: false } : { idle: false, channel })
/** The clock comes to a time. */
export const clock = (nowMs: number): Step => ({ nowMs })
export const END: Step = { end: true }

export const gives = (...outputs: readonly Given[]): Gives => ({ gives: outputs })
export const nothing: Gives = gives()

/** A result that carries no window: the sum of a key. */
export function sum(key: string, total: number, timestamp?: number): Given {
  return timestamp === undefined ? { record: { key, sum: total } } : { record: { key, sum: total }, timestamp }
}

/** A result that carries its window, whose last millisecond is its event time. */
export function windowed(key: string, total: number, start: number, end: number): Given {
  return { record: { key, sum: total, start, end }, timestamp: end - 1 }
}

/** A record that came too late. */
export const late = (key: string, value: number, timestamp: number): Given => ({ late: { key, value }, timestamp })
