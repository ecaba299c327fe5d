import { msgpackrPacker } from '../value-packer.ts'
import type { TableKey } from './table-store.ts'

/** A row that is written, in its stored form; null: it is removed. */
export interface RowChange {
  readonly key: TableKey
  readonly row: Uint8Array | null
}

/** A record as a table stores it. @throws MillraceError MR_RECORD_NOT_SERIALIZABLE */
export function packRow(record: unknown): Uint8Array {
  return msgpackrPacker.pack([record])
}

export function unpackRow(bytes: Uint8Array): unknown {
  return msgpackrPacker.unpack(bytes)[0]
}

export function packChanges(changes: Iterable<RowChange>): Uint8Array {
  const flat: unknown[] = []
  for (const { key, row } of changes) flat.push([...key], row)
  return msgpackrPacker.pack(flat)
}

export function* unpackChanges(bytes: Uint8Array): Generator<RowChange> {
  const flat = msgpackrPacker.unpack(bytes)
  for (let i = 0; i < flat.length; i += 2) yield { key: flat[i] as TableKey, row: flat[i + 1] as Uint8Array | null }
}
