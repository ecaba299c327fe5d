import { CLEAN, EMPTY } from '../accumulator-store.ts'
import type { AccumulatorTable } from '../accumulator-table.ts'
import { keysOfChunk } from '../key-groups.ts'
import type { KeySlots } from '../key-slots.ts'
import { decodeChunk } from '../state-chunk.ts'
import { CachedTable } from './cached-table.ts'
import { heapBytes } from './heap-bytes.ts'
import { plainFormat } from './pieces.ts'
import type { WorkingSnapshot } from './working-store.ts'

const NUMBER_BYTES = 8

/** What follows the rows of a table as they come and go. */
export interface RowFollower {
  /** A row that was stored is in the table again. */
  came(slot: number): void
  /** It leaves the table, and is stored. */
  left(slot: number): void
}

/**
 * The rows of a table of accumulators, of which some are in the table, and all in a working store. Whoever has told all changes calls `batchDone`: a row that leaves is not in the
 * table's list of those that changed. Chunks are those of the table.
 */
export class CachedAccumulators extends CachedTable {
  #rows: AccumulatorTable<unknown> | null = null
  #follower: RowFollower | null = null
  /** Slots of rows that are not in the table, held; null where nobody asks for all rows. */
  #elsewhere: Set<number> | null = null

  /** Keys that come and go, for the table. */
  get slots(): KeySlots {
    return this.keys
  }

  /**
   * Called once, before anything else.
   * @param wantsAll true when `fetchElsewhere` will be called: then the keys of all rows are in memory
   */
  fill(rows: AccumulatorTable<unknown>, follower: RowFollower | null, wantsAll: boolean): void {
    this.#rows = rows
    this.#follower = follower
    this.#elsewhere = wantsAll ? new Set() : null
  }

  /** The rows in the table's list of those that changed are to be written. */
  noteChanges(): void {
    const { dirtySlots, dirtyCount } = this.#rows!.store
    for (let i = 0; i < dirtyCount; i++) this.cache.changed(dirtySlots[i]!)
  }

  override batchDone(): void {
    // Nobody asks which rows are no more: they are not in the working store.
    this.#rows!.store.vanished.clear()
    super.batchDone()
  }

  /** Asks for some of the rows that are not in the table; their slots, none where there are none. */
  fetchElsewhere(max: number): number[] {
    const slots: number[] = []
    for (const slot of this.#elsewhere!) if (slots.push(slot) === max) break
    this.cache.fetch(slots)
    return slots
  }

  override handOver(): WorkingSnapshot {
    return { ...super.handOver(), kind: 'accumulators', pieces: plainFormat({ numbers: 0, layout: this.#rows!.layout }) }
  }

  override restore(bytes: Uint8Array): void {
    const slots = keysOfChunk(decodeChunk(bytes)).map((key) => this.keys.slotOf(key))
    // A chunk of changes comes behind the one that it builds on.
    for (const slot of slots) this.cache.adopt(slot, true)
    this.#rows!.restore(bytes)
    this.#rows!.drainDirty(() => {})
    for (const slot of slots) {
      this.#held(slot)
      if (this.has(slot)) this.#follower?.came(slot)
      this.cache.changed(slot)
    }
    this.batchDone()
  }

  has(slot: number): boolean {
    const { flags } = this.#rows!.store
    return slot < flags.length && flags[slot] !== EMPTY
  }

  save(slot: number): unknown {
    return this.#rows!.store.data.map((column) => column[slot])
  }

  load(slot: number, stored: unknown): void {
    const { store } = this.#rows!
    if (slot >= store.flags.length) store.grow(slot + 1)
    for (const [column, value] of (stored as readonly unknown[]).entries()) store.data[column]![slot] = value as number
    store.flags[slot] = CLEAN
    this.#held(slot)
    this.#follower?.came(slot)
  }

  drop(slot: number): void {
    if (!this.has(slot)) return
    this.#follower?.left(slot)
    this.#rows!.store.empty(slot)
    if (this.#elsewhere === null) return
    this.#elsewhere.add(slot)
    this.keys.use(slot)
  }

  bytesAt(slot: number): number {
    if (!this.has(slot)) return 0
    let bytes = 0
    for (const column of this.#rows!.store.data) bytes += column instanceof Float64Array ? NUMBER_BYTES : heapBytes(column[slot])
    return bytes
  }

  /** It is in the table by now. */
  #held(slot: number): void {
    if (this.#elsewhere?.delete(slot) === true) this.keys.release(slot)
  }
}
