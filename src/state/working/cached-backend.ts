import type { Key } from '../../core/key-hash.ts'
import { CellExpiry } from '../cell-expiry.ts'
import type { NewerKeys } from '../newer-keys.ts'
import { LEFT_OUT, slotsOfChunk } from '../key-groups.ts'
import { KeyTable } from '../key-table.ts'
import type { CellSpec, KeyedStateBackend, StateCell, StateReading, StoredValue } from '../keyed-backend.ts'
import { decodeKeyedChunk } from '../keyed-chunk.ts'
import { ValueColumn } from '../value-column.ts'
import { heapBytes } from './heap-bytes.ts'
import type { CacheColumn } from './cache-column.ts'
import { KeyCache } from './key-cache.ts'
import { NO_CELL } from './stored-cells.ts'
import type { WorkingSnapshot, WorkingStore } from './working-store.ts'

export interface CachedBackendOptions {
  readonly keyGroups: number
  /** What may stay in memory between two batches. */
  readonly cacheBytes: number
  /** Called when state that was asked for has come. */
  readonly wake: () => void
}

/** Keeps the values of some keys in memory, and all of them in a working store. */
export class CachedBackend implements KeyedStateBackend {
  readonly keys = new KeyTable()
  readonly cache: KeyCache
  /** Of its rows in the working store. */
  readonly table: number
  readonly #keyGroups: number
  readonly #cells: CachedCell<unknown>[] = []
  readonly #expiring: CachedCell<unknown>[] = []

  constructor(store: WorkingStore, options: CachedBackendOptions) {
    this.table = store.table
    this.#keyGroups = options.keyGroups
    this.cache = new KeyCache(this.keys, store, options)
  }

  cell<V>(spec: CellSpec<V>): StateCell<V> {
    const cell = new CachedCell<V>(this.cache, spec)
    this.cache.addColumn(cell)
    this.#cells.push(cell as unknown as CachedCell<unknown>)
    if (spec.ttlMs < Infinity) this.#expiring.push(cell as unknown as CachedCell<unknown>)
    return cell
  }

  /** A promise where the key is not in memory. */
  read(name: string, key: Key, nowMs: number): StateReading {
    const slot = this.keys.find(key)
    const position = this.#cells.findIndex((cell) => cell.name === name)
    if (position === -1) return undefined
    if (slot !== -1 && this.cache.isHere(slot)) return this.#cells[position]!.read(slot, nowMs)
    return this.cache.read(key).then((cells) => this.#cells[position]!.shown(cells === null ? NO_CELL : cells[position], nowMs))
  }

  batchDone(nowMs: number): void {
    if (this.cache.isAsking) return
    for (const cell of this.#expiring) cell.expiry.purgeDue(nowMs)
    this.cache.settle(nowMs)
    if (this.keys.idle > 0) this.keys.sweep()
  }

  /** Gives all to the working store, and says what its rows mean. */
  handOver(nowMs: number): WorkingSnapshot {
    this.cache.flush(nowMs)
    const states = this.#cells.map(({ name, signature, ttlMs }) => ({ name, signature, ...(ttlMs < Infinity && { ttlMs }) }))
    return { kind: 'keyed', keyGroups: this.#keyGroups, states, nowMs }
  }

  /** What does not fit into memory goes to the working store: see {@link KeyCache.taken}. */
  restore(chunks: Readonly<Record<string, Uint8Array>>, nowMs: number, newer: NewerKeys | null = null): void {
    for (const [name, bytes] of Object.entries(chunks))
      this.#cells.find((cell) => cell.name === name)?.restore(this.keys, bytes, nowMs, newer)
    this.cache.settle(nowMs)
    this.keys.sweep()
  }
}

class CachedCell<V> implements StateCell<V>, CacheColumn {
  readonly name: string
  readonly signature: string
  readonly ttlMs: number
  readonly #cache: KeyCache
  readonly #spec: CellSpec<V>
  readonly #column = new ValueColumn<V>()
  readonly expiry: CellExpiry<V>

  constructor(cache: KeyCache, spec: CellSpec<V>) {
    this.name = spec.name
    this.signature = spec.signature
    this.ttlMs = spec.ttlMs
    this.#cache = cache
    this.#spec = spec
    this.expiry = new CellExpiry<V>(this, spec)
  }

  get(slot: number): V | undefined {
    return this.#column.get(slot)
  }

  set(slot: number, value: V): void {
    this.#column.set(slot, value)
    this.#cache.changed(slot)
  }

  touched(slot: number): void {
    this.#cache.changed(slot)
  }

  clear(slot: number): void {
    if (!this.#column.has(slot)) return
    this.#column.clear(slot)
    this.#cache.changed(slot)
  }

  expireAt(slot: number, atMs: number): void {
    this.expiry.expireAt(slot, atMs)
  }

  read(slot: number, nowMs: number): StoredValue | undefined {
    return this.expiry.purge(slot, nowMs) ? this.#stored(this.#column.get(slot) as V, nowMs) : undefined
  }

  /** The same of a value in its stored form. */
  shown(stored: unknown, nowMs: number): StoredValue | undefined {
    if (stored === NO_CELL) return undefined
    const value = this.#spec.load(stored, this.signature, nowMs)
    return this.#spec.ttlMs < Infinity && this.#spec.purge(value, nowMs) === -Infinity ? undefined : this.#stored(value, nowMs)
  }

  restore(keys: KeyTable, bytes: Uint8Array, nowMs: number, newer: NewerKeys | null): void {
    const { chunk, values } = decodeKeyedChunk(bytes)
    slotsOfChunk(keys, chunk, newer).forEach((slot, row) => {
      if (slot === LEFT_OUT) return
      this.#cache.adopt(slot)
      this.set(slot, this.#spec.load(values[row], chunk.signature, nowMs))
      this.expiry.purge(slot, nowMs)
    })
  }

  has(slot: number): boolean {
    return this.#column.has(slot)
  }

  save(slot: number, nowMs: number): unknown {
    return this.#spec.save(this.#column.get(slot) as V, nowMs)
  }

  load(slot: number, stored: unknown, nowMs: number): void {
    this.#column.set(slot, this.#spec.load(stored, this.signature, nowMs))
    this.expiry.purge(slot, nowMs)
  }

  drop(slot: number): void {
    this.#column.clear(slot)
  }

  bytesAt(slot: number): number {
    const value = this.#column.get(slot)
    return value === undefined ? 0 : heapBytes(value)
  }

  #stored(value: V, nowMs: number): StoredValue {
    return { signature: this.signature, value: this.#spec.save(value, nowMs) }
  }
}
