/**
 * What an operator may use besides the contract: keys and their hash, tables of keyed state, code generation. One place, so that files in
 * `actors/` import from `src/actor/` only.
 */
export type { Clock } from '../core/clock.ts'
export { type Key, hashKey } from '../core/key-hash.ts'
export { AccumulatorTable } from '../state/accumulator-table.ts'
export type { SavedRow } from '../state/accumulator-store.ts'
export type { AggregateSpecs } from '../state/aggregates.ts'
export { Combiner } from '../state/combiner-table.ts'
export { generate } from '../state/generated-code.ts'
export type { KeySelector as StateKeySelector } from '../state/key-selector.ts'
export { ValueTable } from '../state/value-table.ts'
export { type AccumulatorRow, RowAggregator } from '../state/row-aggregator.ts'
export type { Trigger } from '../time/triggers.ts'
export { type WindowSpec, lastMsOf } from '../time/window-assigners.ts'
export { WindowPane } from '../time/window-pane.ts'
export { type WindowContents, Windows } from '../time/windows.ts'
export { restoredWatermark } from './restored-watermark.ts'
export { TimeBuffer } from '../time/time-buffer.ts'
