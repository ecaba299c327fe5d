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
export { CallQueue } from '../time/call-queue.ts'
export { TimeBuffer } from '../time/time-buffer.ts'
