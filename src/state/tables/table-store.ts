/** What a table that a job commits is made of, as its sink and whoever stores it speak of it. */

/** The key of a row: one part, or several. */
export type TableKey = readonly TableKeyPart[]
export type TableKeyPart = string | number | boolean

/** What one checkpoint changes of a table: all of it becomes visible at once. */
export interface TableTransaction {
  /** Counted from 0 by the table's sink, without gaps. */
  readonly sequence: number
  /** The first checkpoint that may hold it. */
  readonly checkpoint: number
  /** See row-bytes.ts. */
  readonly rows: Uint8Array
}

/** What the sink of a table has in a checkpoint. */
export interface TableState {
  /** Of the run that wrote it. */
  readonly lineage: string
  /** Sequence number of the next transaction. */
  readonly next: number
  /** Those before it of which it is not known that they are in the table, in order. */
  readonly prepared: readonly TableTransaction[]
}

/** A table as its sink reaches it. */
export interface TableStore {
  /** Makes the table what it was at the sink's checkpoint, or, with null, its own as it is. @throws MillraceError MR_SINK_TABLE_CHANGED, MR_SINK_FAILED, MR_PATH_UNUSABLE */
  begin(from: TableState | null): Promise<void>
  /** Answers once it is on disk, or cannot be. */
  commit(transaction: TableTransaction, done: (failure: Error | null) => void): void
}

/** Where a table comes from, and how far it is: part of it, so that readers and later runs know. */
export interface TableHead {
  readonly formatVersion: number
  readonly lineage: string
  /** Sequence number of the newest transaction; -1 before there is one. */
  readonly sequence: number
  /** Checkpoint of that transaction; 0 before there is one. */
  readonly checkpoint: number
}
