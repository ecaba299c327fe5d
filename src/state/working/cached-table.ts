import type { Key } from '../../core/key-hash.ts'
import { LEFT_OUT, slotsOfChunk } from '../key-groups.ts'
import type { NewerKeys } from '../newer-keys.ts'
import { KeyTable } from '../key-table.ts'
import { decodeValues } from '../value-table.ts'
import type { CachedBackendOptions } from './cached-backend.ts'
import type { CacheColumn } from './cache-column.ts'
import { KeyCache } from './key-cache.ts'
import type { WorkingSnapshot, WorkingStore } from './working-store.ts'

/** One value of plain data per key, of which some are in memory, and all in a working store. Chunks are those of a ValueTable. */
export abstract class CachedTable implements CacheColumn {
  readonly name = 'a value of keyed state'
  readonly cache: KeyCache
  /** Of its rows in the working store. */
  readonly table: number
  protected readonly keys = new KeyTable()
  readonly #keyGroups: number

  constructor(store: WorkingStore, options: CachedBackendOptions) {
    this.table = store.table
    this.#keyGroups = options.keyGroups
    this.cache = new KeyCache(this.keys, store, options)
    this.cache.addColumn(this)
  }

  abstract has(slot: number): boolean
  abstract save(slot: number): unknown
  /** The stored value of a key that was in no memory. */
  abstract load(slot: number, stored: unknown): void
  abstract drop(slot: number): void
  abstract bytesAt(slot: number): number

  /** The slot of a key that was needed (see {@link KeyCache.need}). @throws MillraceError MR_KEY_INVALID */
  slotOf(key: Key): number {
    return this.cache.slotOf(key)
  }

  batchDone(): void {
    if (this.cache.isAsking) return
    this.cache.settle(0)
    if (this.keys.idle > 0) this.keys.sweep()
  }

  /** Gives all to the working store, and says what its rows mean. */
  handOver(): WorkingSnapshot {
    this.cache.flush(0)
    return { kind: 'values', keyGroups: this.#keyGroups, states: [{ name: 'value', signature: 'value' }] }
  }

  /**
   * Takes in the values of a chunk.
   *
   * @param newer keys whose values are left out
   * @throws MillraceError MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE
   */
  restore(bytes: Uint8Array, newer: NewerKeys | null = null): void {
    const { chunk, values } = decodeValues(bytes)
    slotsOfChunk(this.keys, chunk, newer).forEach((slot, row) => {
      if (slot !== LEFT_OUT) this.adopt(slot, values[row])
    })
    this.batchDone()
  }

  /** A value of a key of which the store has no row. */
  adopt(slot: number, stored: unknown): void {
    this.cache.adopt(slot)
    this.load(slot, stored)
    this.cache.changed(slot)
  }
}
