import type { Key } from '../../core/key-hash.ts'
import { slotsOfChunk } from '../key-groups.ts'
import { KeyTable } from '../key-table.ts'
import { decodeValues } from '../value-table.ts'
import { heapBytes } from './heap-bytes.ts'
import { type CacheColumn, KeyCache } from './key-cache.ts'
import type { CachedBackendOptions } from './cached-backend.ts'
import type { WorkingSnapshot, WorkingStore } from './working-store.ts'

/** One value of any plain data per key, as in a ValueTable, of which some are in memory, and all in a working store. Chunks are those of a ValueTable. */
export class CachedValues<V> implements CacheColumn {
  readonly name = 'a value of keyed state'
  readonly cache: KeyCache
  /** Of its rows in the working store. */
  readonly table: number
  readonly #keys = new KeyTable()
  readonly #keyGroups: number
  #values: (V | undefined)[] = []
  #present = new Uint8Array(16)

  constructor(store: WorkingStore, options: CachedBackendOptions) {
    this.table = store.table
    this.#keyGroups = options.keyGroups
    this.cache = new KeyCache(this.#keys, store, options)
    this.cache.addColumn(this)
  }

  /** The slot of a key that was needed (see {@link KeyCache.need}). @throws MillraceError MR_KEY_INVALID */
  slotOf(key: Key): number {
    return this.cache.slotOf(key)
  }

  has(slot: number): boolean {
    return this.#present[slot] === 1
  }

  get(slot: number): V | undefined {
    return this.#values[slot]
  }

  set(slot: number, value: V): void {
    this.#put(slot, value)
    this.cache.changed(slot)
  }

  batchDone(): void {
    if (this.cache.isAsking) return
    this.cache.settle(0)
    if (this.#keys.idle > 0) this.#keys.sweep()
  }

  /** Gives all to the working store, and says what its rows mean. */
  handOver(): WorkingSnapshot {
    this.cache.flush(0)
    return { kind: 'values', keyGroups: this.#keyGroups, states: [{ name: 'value', signature: 'value' }] }
  }

  /** @throws MillraceError MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE */
  restore(bytes: Uint8Array): void {
    const { chunk, values } = decodeValues(bytes)
    slotsOfChunk(this.#keys, chunk).forEach((slot, row) => {
      this.cache.adopt(slot)
      this.set(slot, values[row] as V)
    })
    this.batchDone()
  }

  save(slot: number): unknown {
    return this.#values[slot]
  }

  load(slot: number, stored: unknown): void {
    this.#put(slot, stored as V)
  }

  drop(slot: number): void {
    if (slot >= this.#values.length) return
    this.#values[slot] = undefined
    this.#present[slot] = 0
  }

  bytesAt(slot: number): number {
    return this.has(slot) ? heapBytes(this.#values[slot]) : 0
  }

  #put(slot: number, value: V): void {
    if (slot >= this.#present.length) {
      const present = new Uint8Array(Math.max(2 * this.#present.length, slot + 1))
      present.set(this.#present)
      this.#present = present
    }
    // An array with holes at its end would become slow.
    while (this.#values.length < slot) this.#values.push(undefined)
    this.#values[slot] = value
    this.#present[slot] = 1
  }
}
