import { RecordRows } from '../codec/record-rows.ts'
import type { Key } from '../core/key-hash.ts'
import { CellExpiry } from './cell-expiry.ts'
import type { ChangeStamps } from './change-stamps.ts'
import type { NewerKeys } from './newer-keys.ts'
import { LEFT_OUT, slotsOfChunk } from './key-groups.ts'
import { KeyTable } from './key-table.ts'
import type { CellSpec, KeyedStateBackend, StateCell, StoredValue } from './keyed-backend.ts'
import { type KeyedChunkPlace, KeyedChunkWriter, openKeyedChunk } from './keyed-chunk.ts'
import { ownValue } from './own-value.ts'
import { headOf } from './state-chunk.ts'
import type { ImageOptions, TableImage } from './table-image.ts'
import { TableImages } from './table-images.ts'
import { ValueColumn } from './value-column.ts'

/** Stored forms of a key's values, by cell; undefined for none. */
type StoredCells = readonly unknown[]

/** The state of all keys at a barrier, while it changes. */
export type MemoryImage = TableImage<StoredCells>

/** Keeps all values in memory, a column a state. */
export class MemoryBackend implements KeyedStateBackend {
  readonly keys: KeyTable
  readonly #images: TableImages<StoredCells>
  readonly #cells: MemoryCell<unknown>[] = []
  /** Those whose values expire. */
  readonly #expiring: MemoryCell<unknown>[] = []

  constructor() {
    const rows = {
      keys: { keyAt: (slot: number) => this.keys.keyAt(slot), size: 0 },
      has: (slot: number) => this.keys.isUsed(slot),
      copy: (slot: number) => this.#cells.map((cell) => cell.copy(slot)),
    }
    this.#images = new TableImages<StoredCells>(rows, true)
    this.keys = new KeyTable(this.#images.changes, (slot) => this.#images.removed(slot))
    rows.keys = this.keys
  }

  cell<V>(spec: CellSpec<V>): StateCell<V> {
    const cell = new MemoryCell<V>(this.keys, this.#images, this.#cells.length, spec)
    this.#cells.push(cell as unknown as MemoryCell<unknown>)
    if (spec.ttlMs < Infinity) this.#expiring.push(cell as unknown as MemoryCell<unknown>)
    return cell
  }

  read(name: string, key: Key, nowMs: number): StoredValue | undefined {
    const slot = this.keys.find(key)
    return slot === -1 ? undefined : this.#cells.find((cell) => cell.name === name)?.read(slot, nowMs)
  }

  batchDone(nowMs: number): void {
    for (const cell of this.#expiring) cell.expiry.purgeDue(nowMs)
    if (this.keys.idle > 0) this.keys.sweep()
  }

  /** The state as it is now, for a checkpoint. Values may change while it is written, until {@link MemoryBackend.endImage}. */
  image(options: ImageOptions): MemoryImage {
    this.keys.sweep()
    return this.#images.take(options)
  }

  /** An image is written, or is of no use any more. */
  endImage(checkpoint?: number): void {
    this.#images.end(checkpoint)
  }

  /** A checkpoint is on disk: later ones need only what changes from now on. */
  completed(checkpoint: number): void {
    this.#images.completed(checkpoint)
  }

  /** By name of the state: the chunks of some slots of a key group; those of what there is. */
  write(image: MemoryImage, place: KeyedChunkPlace, slots: Int32Array, nowMs: number): Record<string, Uint8Array> {
    const states: Record<string, Uint8Array> = {}
    for (const cell of this.#cells) {
      const bytes = cell.write(image, place, slots, nowMs)
      if (bytes !== null) states[cell.name] = bytes
    }
    return states
  }

  /** All of it at once: by key group, then by name of the state. */
  snapshot(keyGroups: number, nowMs: number): Map<number, Record<string, Uint8Array>> {
    const chunks = new Map<number, Record<string, Uint8Array>>()
    const image = this.image({ checkpoint: 0, keyGroups, rowsPerStep: Infinity })
    for (const _ of image.select());
    for (const part of image.groups()) {
      if (part === null) continue
      const states = this.write(image, { groups: keyGroups, group: part.group }, part.slots, nowMs)
      if (Object.keys(states).length > 0) chunks.set(part.group, states)
    }
    this.endImage()
    return chunks
  }

  /** Chunks by name of the state, as {@link MemoryBackend.write} gave them, are going to be restored. */
  expect(groups: readonly Readonly<Record<string, Uint8Array>>[]): void {
    for (const cell of this.#cells) cell.expect(groups.flatMap((chunks) => chunks[cell.name] ?? []))
  }

  restore(chunks: Readonly<Record<string, Uint8Array>>, nowMs: number, newer: NewerKeys | null = null): void {
    for (const [name, bytes] of Object.entries(chunks)) this.#cells.find((cell) => cell.name === name)?.restore(bytes, nowMs, newer)
    this.keys.sweep()
  }
}

class MemoryCell<V> implements StateCell<V> {
  readonly name: string
  readonly expiry: CellExpiry<V>
  readonly #keys: KeyTable
  readonly #images: TableImages<StoredCells>
  readonly #changes: ChangeStamps
  readonly #position: number
  readonly #spec: CellSpec<V>
  readonly #column = new ValueColumn<V>()
  readonly #writer: KeyedChunkWriter

  constructor(keys: KeyTable, images: TableImages<StoredCells>, position: number, spec: CellSpec<V>) {
    this.name = spec.name
    this.#keys = keys
    this.#images = images
    this.#changes = images.changes
    this.#position = position
    this.#spec = spec
    this.#writer = new KeyedChunkWriter(spec.name, spec.signature)
    this.expiry = new CellExpiry<V>(this, spec)
  }

  get(slot: number): V | undefined {
    const value = this.#column.get(slot)
    // Whoever gets an object may change it before it is set again.
    if (typeof value === 'object') this.#images.lend(slot)
    return value
  }

  set(slot: number, value: V): void {
    if (this.#column.has(slot)) this.#changes.touch(slot)
    else this.#keys.use(slot)
    this.#column.set(slot, value)
  }

  touched(slot: number): void {
    this.#changes.touch(slot)
  }

  clear(slot: number): void {
    if (!this.#column.has(slot)) return
    this.#keys.release(slot)
    this.#column.clear(slot)
  }

  expireAt(slot: number, atMs: number): void {
    this.expiry.expireAt(slot, atMs)
  }

  read(slot: number, nowMs: number): StoredValue | undefined {
    if (!this.expiry.purge(slot, nowMs)) return undefined
    return { signature: this.#spec.signature, value: this.#spec.save(this.#column.get(slot) as V, nowMs) }
  }

  /** The stored form of what a slot has, which shares nothing with it; undefined for none. */
  copy(slot: number): unknown {
    const value = this.#column.peek(slot)
    return value === undefined ? undefined : ownValue(this.#spec.save(value, 0), false)
  }

  /** Null when no slot has a value. */
  write(image: MemoryImage, place: KeyedChunkPlace, slots: Int32Array, nowMs: number): Uint8Array | null {
    const live = new Int32Array(slots.length)
    let count = 0
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!
      const kept = image.keptAt(slot)
      if (kept === undefined ? this.#has(slot, nowMs) : kept.row[this.#position] !== undefined) live[count++] = slot
    }
    if (count === 0) return null
    return this.#writer.write(place, image, live.subarray(0, count), (slot) => {
      const kept = image.keptAt(slot)
      return kept === undefined ? this.#spec.save(this.#column.peek(slot) as V, nowMs) : kept.row[this.#position]
    })
  }

  expect(chunks: readonly Uint8Array[]): void {
    const size = this.#keys.expect(chunks.map(headOf))
    this.#column.expect(size)
    this.#changes.stamps(size)
  }

  restore(bytes: Uint8Array, nowMs: number, newer: NewerKeys | null): void {
    const { chunk, values } = openKeyedChunk(bytes)
    const { signature } = chunk
    const slots = slotsOfChunk(this.#keys, chunk, newer)
    const isLazy = values instanceof RecordRows && signature === this.#spec.signature && this.#spec.ttlMs === Infinity
    if (isLazy) return this.#restoreLater(values, slots)
    const at = values instanceof RecordRows ? (row: number) => values.at(row) : (row: number) => values[row]
    slots.forEach((slot, row) => {
      if (slot === LEFT_OUT) return
      this.set(slot, this.#spec.load(at(row), signature, nowMs))
      this.expiry.purge(slot, nowMs)
    })
  }

  /** Values that need no migration, and do not expire, are made when they are used. */
  #restoreLater(rows: RecordRows, slots: Int32Array): void {
    for (let row = 0; row < slots.length; row++) {
      const slot = slots[row]!
      if (slot === LEFT_OUT) continue
      if (this.#column.has(slot)) this.clear(slot)
      this.#keys.use(slot)
    }
    const { signature } = this.#spec
    this.#column.restore({ length: rows.length, at: (row) => this.#spec.load(rows.at(row), signature, 0) }, slots)
  }

  #has(slot: number, nowMs: number): boolean {
    return this.#spec.ttlMs === Infinity ? this.#column.has(slot) : this.expiry.purge(slot, nowMs)
  }
}
