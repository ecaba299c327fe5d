import { BatchDecoder } from '../codec/batch-decoder.ts'
import type { RecordRows } from '../codec/record-rows.ts'

/** What a column of records may hold, encoded as a batch of them is. */
export function isPlainRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** The records of a column. @throws whatever is wrong with it */
export function openRecords(column: Uint8Array, rows: number): RecordRows {
  // Copies lie as the readers want them.
  const batch = new BatchDecoder({ name: 'state', mode: 'interpreted' }).open(column.slice())
  if (batch.length !== rows) throw new TypeError(`it has ${batch.length} values for ${rows} keys`)
  return batch.rows()
}
