/**
 * For operators that keep accumulators by key.
 */
export type { KeyColumn } from '../state/accumulator-loops.ts'
export type { KeySlots } from '../state/key-slots.ts'
export type { SavedRow } from '../state/accumulator-store.ts'
export { AccumulatorTable } from '../state/accumulator-table.ts'
export { Combiner } from '../state/combiner-table.ts'
export { PartialRows, restorePartials, snapshotPartials } from '../state/partial-rows.ts'
export { SessionCombiner } from '../state/session-combiner.ts'
export { SessionTable } from '../time/session-table.ts'
