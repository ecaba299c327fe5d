import { MillraceError } from '../errors.ts'
import type { Key } from '../core/key-hash.ts'
import type { AccumulatorLayout } from './accumulator-layout.ts'

/** A slot without records: its key may be known, its accumulators are initial. */
export const EMPTY = 0
/** A slot with records, unchanged since the last drain. */
export const CLEAN = 2
/** A slot that changed since the last drain; it is in the dirty list. The loops look at this bit. */
export const DIRTY = 1
/** Beside CLEAN or DIRTY: unchanged since the last snapshot that looks for changes. All that changes a slot takes this bit away. */
export const SAVED = 4

const CAPACITY_MIN = 16

/** A slot as it was. */
export interface SavedRow {
  readonly flag: number
  readonly values: readonly unknown[]
}

/**
 * The columns of accumulators by slot, what state each slot is in, and the list of dirty slots.
 * Its arrays are public for the loops of this folder, which read them once a batch: they are replaced when the store grows.
 */
export class AccumulatorStore {
  readonly layout: AccumulatorLayout
  /** One per column: a Float64Array of `flags.length`, or an array for `custom`. */
  readonly data: (Float64Array | unknown[])[]
  flags = new Uint8Array(CAPACITY_MIN)
  dirtySlots = new Int32Array(CAPACITY_MIN + 1)
  dirtyCount = 0
  /** Slots that became empty one by one since somebody emptied this. */
  readonly vanished = new Set<number>()
  /** Records that came one by one, since somebody set this to 0. */
  records = 0

  constructor(layout: AccumulatorLayout) {
    this.layout = layout
    this.data = layout.columns.map(({ op, initial }) => (op === 'custom' ? [] : new Float64Array(CAPACITY_MIN).fill(initial)))
  }

  /** Makes room for so many slots. */
  grow(slots: number): void {
    const old = this.flags.length
    const capacity = Math.max(old * 2, 2 ** Math.ceil(Math.log2(slots)))
    const flags = new Uint8Array(capacity)
    flags.set(this.flags)
    this.flags = flags
    const dirtySlots = new Int32Array(capacity + 1)
    dirtySlots.set(this.dirtySlots.subarray(0, this.dirtyCount))
    this.dirtySlots = dirtySlots
    for (let c = 0; c < this.data.length; c++) {
      const column = this.data[c]
      if (!(column instanceof Float64Array)) continue
      const grown = new Float64Array(capacity)
      grown.set(column)
      const { initial } = this.layout.columns[c]
      if (initial !== 0) grown.fill(initial, old)
      this.data[c] = grown
    }
  }

  /** What a slot holds, for {@link putBack}. Costs a copy of its custom accumulators. */
  copyRow(slot: number): SavedRow {
    if (slot >= this.flags.length) this.grow(slot + 1)
    const values = this.data.map((column) => (column instanceof Float64Array ? column[slot]! : structuredClone(column[slot])))
    return { flag: this.flags[slot]!, values }
  }

  /** Undoes the only change since `copyRow`. */
  putBack(slot: number, { flag, values }: SavedRow): void {
    values.forEach((value, c) => (this.data[c]![slot] = value))
    if ((flag & DIRTY) === 0 && (this.flags[slot]! & DIRTY) !== 0) this.dirtyCount--
    this.flags[slot] = flag
  }

  /** Number of slots that are not empty. Looks at all of them. */
  get live(): number {
    let live = 0
    for (const flag of this.flags) if (flag !== EMPTY) live++
    return live
  }

  /** Notes that a slot has changed. */
  touch(slot: number): void {
    // As the generated loops do: so the slot that was touched last can be told.
    this.dirtySlots[this.dirtyCount] = slot
    if ((this.flags[slot]! & DIRTY) === 0) this.dirtyCount++
    this.flags[slot] = DIRTY
  }

  /** Makes a slot that is not in the dirty list what it was before its first record. */
  empty(slot: number): void {
    this.layout.columns.forEach(({ initial }, column) => (this.data[column]![slot] = initial))
    this.flags[slot] = EMPTY
    this.vanished.add(slot)
  }

  /** Puts rows in the place of what slots hold. @param flags EMPTY, CLEAN or DIRTY, by row */
  replaceFlags(slots: Int32Array, flags: Uint8Array): void {
    let cleaned = false
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!
      const before = this.flags[slot]!
      if ((before & DIRTY) === 0 && flags[i] === DIRTY) this.dirtySlots[this.dirtyCount++] = slot
      cleaned ||= (before & DIRTY) !== 0 && flags[i] !== DIRTY
      this.flags[slot] = flags[i]!
    }
    if (!cleaned) return
    const dirty = this.dirtySlots.subarray(0, this.dirtyCount).filter((slot) => (this.flags[slot]! & DIRTY) !== 0)
    this.dirtySlots.set(dirty)
    this.dirtyCount = dirty.length
  }

  clear(): void {
    this.flags.fill(EMPTY)
    this.dirtyCount = 0
    this.vanished.clear()
    for (let c = 0; c < this.data.length; c++) {
      const column = this.data[c]
      if (column instanceof Float64Array) column.fill(this.layout.columns[c].initial)
      else column.length = 0
    }
  }

  /** @throws MR_AGGREGATE_INVALID */
  refuse(field: number, key: Key, value: unknown): never {
    const shown = Array.isArray(key)
      ? JSON.stringify(key, (_, part) => (typeof part === 'bigint' ? `${part}n` : part))
      : JSON.stringify(String(key))
    throw new MillraceError(
      'MR_AGGREGATE_INVALID',
      `field "${this.layout.fields[field]}" of a record with the key ${shown} must be a number to be aggregated; it is ${value === null ? 'null' : typeof value}`,
    )
  }
}
