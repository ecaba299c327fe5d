import { CachedTable } from './cached-table.ts'
import { heapBytes } from './heap-bytes.ts'
import type { WorkingSnapshot } from './working-store.ts'

/** One value of any plain data per key, as in a ValueTable, of which some are in memory, and all in a working store. */
export class CachedValues<V> extends CachedTable {
  #values: (V | undefined)[] = []
  #present = new Uint8Array(16)

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

  override handOver(): WorkingSnapshot {
    return { ...super.handOver(), keysStay: true }
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
