/**
 * For operators that keep the contents of windows.
 */
export { type AccumulatorRow, RowAggregator } from '../state/row-aggregator.ts'
export { WindowPane } from '../time/window-pane.ts'
export { type WindowContents, Windows } from '../time/windows.ts'
