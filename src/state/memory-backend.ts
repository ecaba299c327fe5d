import type { Key } from '../core/key-hash.ts'
import { EXPIRED_VALUES_PER_BATCH_MAX } from '../limits.ts'
import { ExpiryQueue } from './expiry-queue.ts'
import { forEachGroup, slotsOfChunk } from './key-groups.ts'
import { KeyTable } from './key-table.ts'
import type { CellSpec, KeyedStateBackend, StateCell, StoredValue } from './keyed-backend.ts'
import { KeyedChunkWriter, decodeKeyedChunk } from './keyed-chunk.ts'
import { ValueColumn } from './value-column.ts'

/** Keeps all values in memory, a column a state. */
export class MemoryBackend implements KeyedStateBackend {
  readonly keys = new KeyTable()
  readonly #cells = new Map<string, MemoryCell<unknown>>()
  /** Those whose values expire. */
  readonly #expiring: MemoryCell<unknown>[] = []

  cell<V>(spec: CellSpec<V>): StateCell<V> {
    const cell = new MemoryCell<V>(this.keys, spec)
    this.#cells.set(spec.name, cell as unknown as MemoryCell<unknown>)
    if (spec.ttlMs < Infinity) this.#expiring.push(cell as unknown as MemoryCell<unknown>)
    return cell
  }

  read(name: string, key: Key, nowMs: number): StoredValue | undefined {
    const slot = this.keys.find(key)
    return slot === -1 ? undefined : this.#cells.get(name)?.read(slot, nowMs)
  }

  batchDone(nowMs: number): void {
    for (const cell of this.#expiring) cell.purgeDue(nowMs)
    if (this.keys.idle > 0) this.keys.sweep()
  }

  /** By key group, then by name of the state: the chunks of what there is. */
  snapshot(groups: number, nowMs: number): Map<number, Record<string, Uint8Array>> {
    const chunks = new Map<number, Record<string, Uint8Array>>()
    forEachGroup(this.keys, this.keys.usedSlots(), groups, (group, slots) => {
      const states: Record<string, Uint8Array> = {}
      for (const [name, cell] of this.#cells) {
        const bytes = cell.snapshot(groups, group, slots, nowMs)
        if (bytes !== null) states[name] = bytes
      }
      if (Object.keys(states).length > 0) chunks.set(group, states)
    })
    return chunks
  }

  restore(chunks: Readonly<Record<string, Uint8Array>>, nowMs: number): void {
    for (const [name, bytes] of Object.entries(chunks)) this.#cells.get(name)?.restore(bytes, nowMs)
    this.keys.sweep()
  }
}

class MemoryCell<V> implements StateCell<V> {
  readonly #keys: KeyTable
  readonly #spec: CellSpec<V>
  readonly #column = new ValueColumn<V>()
  readonly #expiries: ExpiryQueue | null
  readonly #writer: KeyedChunkWriter

  constructor(keys: KeyTable, spec: CellSpec<V>) {
    this.#keys = keys
    this.#spec = spec
    this.#writer = new KeyedChunkWriter(spec.name, spec.signature)
    this.#expiries = spec.ttlMs < Infinity ? new ExpiryQueue(spec.ttlMs) : null
  }

  get(slot: number): V | undefined {
    return this.#column.get(slot)
  }

  set(slot: number, value: V): void {
    if (!this.#column.has(slot)) this.#keys.use(slot)
    this.#column.set(slot, value)
  }

  touched(): void {}

  clear(slot: number): void {
    if (!this.#column.has(slot)) return
    this.#column.clear(slot)
    this.#keys.release(slot)
  }

  expireAt(slot: number, atMs: number): void {
    this.#expiries!.add(slot, atMs)
  }

  read(slot: number, nowMs: number): StoredValue | undefined {
    if (!this.#purge(slot, nowMs)) return undefined
    return { signature: this.#spec.signature, value: this.#spec.save(this.get(slot) as V, nowMs) }
  }

  purgeDue(nowMs: number): void {
    this.#expiries!.takeDue(nowMs, EXPIRED_VALUES_PER_BATCH_MAX, (slot) => this.#purge(slot, nowMs))
  }

  /** Null when no slot has a value. */
  snapshot(groups: number, group: number, slots: Int32Array, nowMs: number): Uint8Array | null {
    const live = new Int32Array(slots.length)
    let count = 0
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!
      if (this.#expiries === null ? this.#column.has(slot) : this.#purge(slot, nowMs)) live[count++] = slot
    }
    if (count === 0) return null
    return this.#writer.write({ groups, group }, this.#keys, live.subarray(0, count), (slot) =>
      this.#spec.save(this.#column.get(slot) as V, nowMs),
    )
  }

  restore(bytes: Uint8Array, nowMs: number): void {
    const { chunk, values } = decodeKeyedChunk(bytes)
    slotsOfChunk(this.#keys, chunk).forEach((slot, row) => {
      this.set(slot, this.#spec.load(values[row], chunk.signature, nowMs))
      this.#purge(slot, nowMs)
    })
  }

  /** False when the slot has no value, or none any more. */
  #purge(slot: number, nowMs: number): boolean {
    const value = this.#column.get(slot)
    if (value === undefined) return false
    if (this.#expiries === null) return true
    const expiresAtMs = this.#spec.purge(value, nowMs)
    if (expiresAtMs === -Infinity) this.clear(slot)
    else if (expiresAtMs < Infinity) this.#expiries.add(slot, expiresAtMs)
    return expiresAtMs > -Infinity
  }
}
