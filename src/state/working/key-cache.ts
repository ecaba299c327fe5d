import type { Key } from '../../core/key-hash.ts'
import { MillraceError } from '../../errors.ts'
import type { KeyTable } from '../key-table.ts'
import type { CacheColumn } from './cache-column.ts'
import { writeRowKey } from './row-keys.ts'
import { NO_VALUE, RowWriter } from './row-writer.ts'
import { CellReader, NO_CELL, writeCell, writeNoCell } from './stored-cells.ts'
import type { WorkingStore } from './working-store.ts'

/** What is known of a slot. */
const FLAG = {
  /** Its values are those of its key: what is not there does not exist. */
  here: 1,
  /** The working store has a row, maybe an old one. */
  stored: 2,
  /** The row of the working store is not what is here. */
  dirty: 4,
  /** Changed since the last {@link KeyCache.settle}. */
  changed: 8,
  /** Used since the hand came by. */
  used: 16,
  /** Waits for its row. */
  asked: 32,
  /** Stays until {@link KeyCache.unpin}. */
  pinned: 64,
} as const

/** What a key takes that has nothing: its slot in all columns and tables. */
const SLOT_BYTES = 64
const WRITTEN_BYTES_MAX = 1024 * 1024

/**
 * Which keys have their state in memory. Others are asked of the working store, in one question for all that a batch needs; between batches, keys that were
 * not used for the longest time make room (the clock algorithm: second chance), and what has changed of them is written.
 */
export class KeyCache {
  readonly #keys: KeyTable
  readonly #store: WorkingStore
  readonly #groups: number
  readonly #bytesMax: number
  readonly #columns: CacheColumn[] = []
  readonly #wake: () => void
  #flags = new Uint8Array(64)
  #sizes = new Float64Array(64)
  #bytes = 0
  #hand = 0
  #changed: number[] = []
  #asking: number[] = []
  #pinned: number[] = []
  #waits = false
  #answer: { readonly rows: Uint8Array; readonly failure: Error | null } | null = null
  readonly #written = new RowWriter()
  readonly #wanted = new RowWriter()
  readonly #reader = new CellReader()

  /** @param wake called when what was asked for has come */
  constructor(keys: KeyTable, store: WorkingStore, options: { keyGroups: number; cacheBytes: number; wake: () => void }) {
    this.#keys = keys
    this.#store = store
    this.#groups = options.keyGroups
    this.#bytesMax = options.cacheBytes
    this.#wake = options.wake
  }

  /** Bytes of rows that were written so far. */
  sentBytes = 0

  /** Bytes of what is in memory, as far as it is known: what the current batch has changed counts when it is over. */
  get bytes(): number {
    return this.#bytes
  }

  addColumn(column: CacheColumn): void {
    this.#columns.push(column)
  }

  /** True when the values of a slot are those of its key. */
  isHere(slot: number): boolean {
    return (this.#flags[slot]! & FLAG.here) !== 0
  }

  /** The key of a slot is about to be used. */
  need(slot: number): void {
    if (slot >= this.#flags.length) this.#grow(slot)
    const flags = this.#flags[slot]!
    if ((flags & FLAG.here) !== 0) this.#flags[slot] = flags | FLAG.used
    else if ((flags & FLAG.asked) === 0) {
      this.#flags[slot] = flags | FLAG.asked
      this.#asking.push(slot)
    }
  }

  /** The same for the keys of records. False when their state has to be fetched first. */
  needAll(records: ArrayLike<unknown>, keyOf: (record: unknown) => Key): boolean {
    const keys = this.#keys
    for (let i = 0; i < records.length;) {
      try {
        for (; i < records.length; i++) this.need(keys.slotOf(keyOf(records[i])))
      } catch {
        // The record fails when it is its turn.
        i++
      }
    }
    return !this.ask()
  }

  /** The slot of a key that was needed. @throws MillraceError MR_KEY_INVALID when it was not */
  slotOf(key: Key): number {
    const slot = this.#keys.slotOf(key)
    return this.isHere(slot) ? slot : refuseUnsteadyKey()
  }

  /** Nothing makes the key of a needed slot leave until {@link KeyCache.unpin}. */
  pin(slot: number): void {
    if ((this.#flags[slot]! & FLAG.pinned) !== 0) return
    this.#flags[slot]! |= FLAG.pinned
    this.#pinned.push(slot)
  }

  unpin(): void {
    for (const slot of this.#pinned) this.#flags[slot]! &= ~FLAG.pinned
    this.#pinned = []
  }

  /** Asks for the keys of some slots, which stay until {@link KeyCache.unpin}; those that were pinned before may leave. */
  fetch(slots: readonly number[]): void {
    this.unpin()
    for (const slot of slots) {
      this.need(slot)
      this.pin(slot)
    }
    this.ask()
  }

  /** Asks for what is needed and not here. False when that is nothing. */
  ask(): boolean {
    if (this.#asking.length === 0) return false
    for (const slot of this.#asking) {
      this.#keys.use(slot)
      this.#writeKey(this.#wanted, this.#keys.keyAt(slot))
    }
    this.#question(this.#wanted.take())
    return true
  }

  /** True until what was asked for has been taken in. */
  get isAsking(): boolean {
    return this.#waits
  }

  /**
   * Takes in what has come. True while the answer is to come.
   *
   * @throws what the store had to say instead
   */
  get waits(): boolean {
    if (this.#answer === null) return this.#waits
    const { rows, failure } = this.#answer
    this.#answer = null
    this.#waits = false
    if (failure !== null) throw failure
    this.#take(rows)
    return false
  }

  /** The slot has a new key. @param isStored false: of which the store has no row */
  adopt(slot: number, isStored = false): void {
    if (slot >= this.#flags.length) this.#grow(slot)
    if (this.isHere(slot)) return
    this.#keys.use(slot)
    this.#enter(slot, FLAG.here | FLAG.used | (isStored ? FLAG.stored : 0))
  }

  changed(slot: number): void {
    const flags = this.#flags[slot]!
    if ((flags & FLAG.changed) !== 0) return
    this.#flags[slot] = flags | FLAG.changed | FLAG.dirty
    this.#changed.push(slot)
  }

  /** Between batches: looks at what has changed, and makes room. */
  settle(nowMs: number): void {
    for (const slot of this.#changed) {
      const bytes = this.#measured(slot)
      this.#bytes += bytes - this.#sizes[slot]!
      this.#sizes[slot] = bytes
      this.#flags[slot]! &= ~FLAG.changed
      if (bytes === this.#bare(slot)) this.#leave(slot, nowMs)
    }
    this.#changed.length = 0
    if (this.#bytes > this.#bytesMax) this.#makeRoom(nowMs)
    this.#send()
  }

  /** Writes all that has changed, so that the store has everything. */
  flush(nowMs: number): void {
    this.settle(nowMs)
    for (let slot = 0; slot < this.#keys.size; slot++) if ((this.#flags[slot]! & FLAG.dirty) !== 0) this.#write(slot, nowMs)
    this.#send()
  }

  /** Resolves when the store has taken in what was written. */
  taken(): Promise<void> {
    return new Promise((resolve, reject) =>
      this.#store.ask(new Uint8Array(0), (_, failure) => (failure === null ? resolve() : reject(failure))),
    )
  }

  /** The stored forms of a key that is not here, or NO_CELL, by column; null when it has no row. */
  read(key: Key): Promise<unknown[] | null> {
    const writer = new RowWriter()
    this.#writeKey(writer, key)
    return new Promise((resolve, reject) =>
      this.#store.ask(writer.take(), (answered, failure) => {
        if (failure !== null) return reject(failure)
        const rows = Buffer.from(answered.buffer, answered.byteOffset, answered.length)
        if (rows.readUInt32BE(0) === NO_VALUE) return resolve(null)
        const reader = new CellReader()
        reader.begin(rows, 4)
        resolve(this.#columns.map(() => reader.next()))
      }),
    )
  }

  #question(keys: Uint8Array): void {
    this.#waits = true
    this.#store.ask(keys, (rows, failure) => {
      this.#answer = { rows, failure }
      this.#wake()
    })
  }

  #take(bytes: Uint8Array): void {
    const rows = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    let at = 0
    for (const slot of this.#asking) {
      const length = rows.readUInt32BE(at)
      at += 4
      const pinned = this.#flags[slot]! & FLAG.pinned
      if (length === NO_VALUE) {
        this.#enter(slot, FLAG.here | FLAG.used | pinned)
        continue
      }
      this.#flags[slot] = FLAG.here | FLAG.used | FLAG.stored | pinned
      this.#reader.begin(rows, at)
      for (const column of this.#columns) {
        const stored = this.#reader.next()
        if (stored !== NO_CELL) column.load(slot, stored, 0)
      }
      at += length
      this.#enter(slot, this.#flags[slot]!)
    }
    this.#asking.length = 0
  }

  #enter(slot: number, flags: number): void {
    this.#flags[slot] = flags
    const bytes = this.#measured(slot)
    this.#sizes[slot] = bytes
    this.#bytes += bytes
  }

  #makeRoom(nowMs: number): void {
    const slots = this.#keys.size
    // Two rounds: the first may do no more than take note that nothing was used since.
    for (let left = 2 * slots; left > 0 && this.#bytes > this.#bytesMax; left--) {
      if (this.#hand >= slots) this.#hand = 0
      const slot = this.#hand++
      const flags = this.#flags[slot]!
      if ((flags & FLAG.here) === 0 || (flags & FLAG.pinned) !== 0) continue
      if ((flags & FLAG.used) !== 0) this.#flags[slot] = flags & ~FLAG.used
      else this.#leave(slot, nowMs)
    }
  }

  #leave(slot: number, nowMs: number): void {
    if ((this.#flags[slot]! & FLAG.dirty) !== 0) this.#write(slot, nowMs)
    for (const column of this.#columns) column.drop(slot)
    this.#bytes -= this.#sizes[slot]!
    this.#sizes[slot] = 0
    this.#flags[slot] = 0
    this.#keys.release(slot)
  }

  #write(slot: number, nowMs: number): void {
    const isBare = this.#sizes[slot] === this.#bare(slot)
    if (!isBare || (this.#flags[slot]! & FLAG.stored) !== 0) {
      const writer = this.#written
      this.#writeKey(writer, this.#keys.keyAt(slot))
      if (isBare) writer.u32(NO_VALUE)
      else {
        const valueAt = writer.beginSized()
        for (const column of this.#columns) {
          if (column.has(slot)) writeCell(writer, column.save(slot, nowMs), column.name)
          else writeNoCell(writer)
        }
        writer.endSized(valueAt)
      }
      if (writer.length > WRITTEN_BYTES_MAX) this.#send()
    }
    this.#flags[slot] = (this.#flags[slot]! & ~(FLAG.dirty | FLAG.stored)) | (isBare ? 0 : FLAG.stored)
  }

  #writeKey(writer: RowWriter, key: Key): void {
    const at = writer.beginSized()
    writeRowKey(writer, key, this.#groups)
    writer.endSized(at)
  }

  #send(): void {
    if (this.#written.length === 0) return
    this.sentBytes += this.#written.length
    this.#store.write(this.#written.take())
  }

  #measured(slot: number): number {
    let bytes = this.#bare(slot)
    for (const column of this.#columns) bytes += column.bytesAt(slot)
    return bytes
  }

  /** Of a key without anything. */
  #bare(slot: number): number {
    const key = this.#keys.keyAt(slot)
    return typeof key === 'string' ? SLOT_BYTES + key.length : SLOT_BYTES
  }

  #grow(slot: number): void {
    const length = Math.max(2 * this.#flags.length, slot + 1)
    const flags = new Uint8Array(length)
    flags.set(this.#flags)
    this.#flags = flags
    const sizes = new Float64Array(length)
    sizes.set(this.#sizes)
    this.#sizes = sizes
  }
}

function refuseUnsteadyKey(): never {
  throw new MillraceError('MR_KEY_INVALID', 'a key function gave another key when it was asked again: it must depend on the record alone')
}
