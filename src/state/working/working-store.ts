import type { PieceFormat } from './pieces.ts'

/**
 * State that is larger than memory lies in rows, one a key, in a working database of the storage thread. It serves one attempt: what is to survive is in
 * the checkpoints. Whoever has the state in its cache writes rows that it drops from there, and asks for rows that it needs.
 *
 *     written:   (length, key, length, value)*, NO_VALUE in place of the second length: the key has no row any more
 *     asked for: (length, key)*
 *     answer:    (length, value)*, in the same order; NO_VALUE for none
 *
 * All lengths are uint32, big-endian. Keys are those of row-keys.ts; a value has the cells of the key's states one after the other (stored-cells.ts).
 */
export interface WorkingStore {
  /** Number of the table that the rows are in: that of the actor. */
  readonly table: number
  /** Takes the bytes over. What is written before a question counts for its answer. */
  write(rows: Uint8Array): void
  /** Answers later, once; not at all once the attempt is over. */
  ask(keys: Uint8Array, answer: RowsAnswer): void
}

/** @param failure why there are no rows: the working database is broken, or its disk is full; null for none */
export type RowsAnswer = (rows: Uint8Array, failure: Error | null) => void

/** Stands in a snapshot for the rows of one table, which the storage thread adds. */
export interface WorkingSnapshot {
  /** Which chunks they become: those of named states, of a table of values, of pieces, or of a table of accumulators. */
  readonly kind: 'keyed' | 'values' | 'pieces' | 'accumulators'
  readonly keyGroups: number
  /** By position in the rows. Of all but named states: one. */
  readonly states: readonly WorkingState[]
  /** The time by which states have expired: present where some can. */
  readonly nowMs?: number
  /** Of values: keys that have come stay. */
  readonly keysStay?: true
  /** Of pieces; of accumulators, which have no numbers. */
  readonly pieces?: PieceFormat
}

/** What the chunks of a state say of it. */
export interface WorkingState {
  readonly name: string
  readonly signature: string
  /** Absent for one that does not expire. */
  readonly ttlMs?: number
}

/** Where an operator keeps its state by key. */
export type StateBackend = { readonly type: 'memory' } | { readonly type: 'lmdb'; readonly cacheBytes: number }
