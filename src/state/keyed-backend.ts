import type { Key } from '../core/key-hash.ts'
import type { NewerKeys } from './newer-keys.ts'
import type { KeyTable } from './key-table.ts'

/**
 * One value per key, of one state: where handles keep what they have. A value is plain data, or a container (array, Map, object) that only its
 * handle changes, and of which it says so. `undefined` is no value.
 */
export interface StateCell<V> {
  get(slot: number): V | undefined
  set(slot: number, value: V): void
  /** The value of the slot is about to be changed in place. */
  touched(slot: number): void
  clear(slot: number): void
  /** The value, or a part of it, ends at this time of `nowMs`. The first time that was said counts until {@link CellSpec.purge} says another. */
  expireAt(slot: number, atMs: number): void
}

/** What a backend has to know of a state. */
export interface CellSpec<V> {
  /** Unique in its operator. */
  readonly name: string
  /** Says what the values are: type, whether they expire, version. Stored beside them. */
  readonly signature: string
  /** The form in which a value is stored: plain data. What has expired was purged before. */
  save(value: V, nowMs: number): unknown
  /**
   * A value out of its stored form, also that of an earlier signature.
   * @throws MillraceError MR_STATE_INCOMPATIBLE
   */
  load(stored: unknown, signature: string, nowMs: number): V
  /**
   * Takes out of a value what has expired by now; says what is left, and when that expires.
   * @returns ms, Infinity for never, -Infinity when nothing is left
   */
  purge(value: V, nowMs: number): number
  /** Time to live, ms; Infinity where values do not expire. */
  readonly ttlMs: number
}

export interface StoredValue {
  readonly signature: string
  readonly value: unknown
}

/** What is kept for a key; a promise where it has to be fetched. */
export type StateReading = StoredValue | undefined | Promise<StoredValue | undefined>

/** State of one operator instance by key. All keys share their slots. */
export interface KeyedStateBackend {
  readonly keys: KeyTable
  /** Declares a state; all are declared before the first restore. */
  cell<V>(spec: CellSpec<V>): StateCell<V>
  /** The stored form of a key's value of a state, with the signature that says what it is. Undefined where there is none. */
  read(name: string, key: Key, nowMs: number): StateReading
  /** Between batches: cleans up what has expired, a bounded number of values. */
  batchDone(nowMs: number): void
  /**
   * Adds the chunks of a key group. Those of states that are not declared are left out.
   *
   * @param newer keys of which newer chunks said everything: their rows are left out
   */
  restore(chunks: Readonly<Record<string, Uint8Array>>, nowMs: number, newer?: NewerKeys | null): void
}
