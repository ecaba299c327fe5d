/**
 * What any operator may use besides the contract: keys and their hash, clocks, generated code, the limits of windows. Operators in `actors/` import from
 * `src/actor/` only. What takes more modules is in kits of its own, so that a worker reads no more than its job's operators need:
 * `keyed-kit`, `table-kit`, `queue-kit`, `window-kit`, `process-kit`.
 */
export type { Clock } from './clock.ts'
export { jsonText } from '../core/json-text.ts'
export { makeDirectory } from '../core/make-directory.ts'
export { type Key, hashKey } from '../core/key-hash.ts'
export { canonicalKey } from '../core/key.ts'
export { generate } from '../state/generated-code.ts'
export type { KeySelector as StateKeySelector } from '../state/key-selector.ts'
export type { AggregateSpecs } from '../state/aggregates.ts'
export type { Trigger } from '../time/triggers.ts'
export { type Panes, firstStartOf, lastEndOf, paneStart } from '../time/panes.ts'
export { type WindowSpec, checkEventTime, lastMsOf, windowStart } from '../time/window-assigners.ts'
export { restoredWatermark } from './restored-watermark.ts'
