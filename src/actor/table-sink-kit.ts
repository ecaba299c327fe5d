/**
 * For sinks that commit a table with the storage thread.
 */
export { type RowChange, packChanges, packRow } from '../state/tables/row-bytes.ts'
export type { TableKey, TableKeyPart, TableState, TableStore, TableTransaction } from '../state/tables/table-store.ts'
