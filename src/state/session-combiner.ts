import { type Key, hashKey } from '../core/key-hash.ts'
import { COMBINED_KEYS_KEPT_MIN, COMBINER_ENTRIES_MAX } from '../limits.ts'
import { DIRTY, EMPTY } from './accumulator-store.ts'
import { AccumulatorTable } from './accumulator-table.ts'
import type { AggregateSpecs } from './aggregates.ts'
import type { PartialColumn, PartialReceiver } from './combiner-table.ts'
import type { CodeMode } from './generated-code.ts'

export interface SessionCombinerOptions {
  /** Names it in stacks and profiles. */
  readonly name: string
  readonly specs: AggregateSpecs
  readonly keyOf: (record: unknown) => Key
  readonly gapMs: number
  /** Target of each key group. */
  readonly owners: ArrayLike<number>
  readonly mode?: CodeMode
}

/** Rows for one target. */
interface TargetRows {
  keys: Key[]
  starts: number[]
  ends: number[]
  columns: unknown[][]
  ints: boolean
}

/** In place of a key: equal to nothing that a record may have, undefined included. */
const NO_KEY = Symbol('no key')

/**
 * The sending side of an aggregate over sessions: records of a key that follow each other within the gap become one row of partial accumulators, with the start and the end
 * of the session that they make. Keys keep their slots from flush to flush, accumulators start anew.
 */
export class SessionCombiner {
  readonly #owners: ArrayLike<number>
  readonly #table: AccumulatorTable<unknown>
  readonly #targets: readonly TargetRows[]
  /** By slot: the session that its accumulators are of. */
  #starts = new Float64Array(16)
  #ends = new Float64Array(16)
  /** By slot: target + 1; 0 where not yet known. */
  #targetOf = new Uint16Array(16)
  #minStart = Infinity
  readonly #keyOf: (record: unknown) => Key
  readonly #gapMs: number
  #lastKey: unknown = NO_KEY
  #lastSlot = -1
  #closed = 0

  /** @throws MillraceError MR_OPTION_INVALID */
  constructor({ name, specs, keyOf, gapMs, owners, mode }: SessionCombinerOptions) {
    this.#keyOf = keyOf
    this.#gapMs = gapMs
    this.#owners = owners
    this.#table = new AccumulatorTable<unknown>({ name, specs, key: { of: keyOf }, ...(mode && { mode }) })
    let targets = 0
    for (let group = 0; group < owners.length; group++) targets = Math.max(targets, owners[group]! + 1)
    this.#targets = Array.from({ length: targets }, () => this.#emptyRows())
  }

  /** Start of the earliest session that waits; Infinity for none. */
  get minStart(): number {
    return this.#minStart
  }

  /** True when it holds as much as it may. */
  get shouldFlush(): boolean {
    return this.#table.dirtyCount + this.#closed >= COMBINER_ENTRIES_MAX
  }

  add(record: unknown, timestamp: number): void {
    const key = this.#keyOf(record)
    const slot = key === this.#lastKey ? this.#lastSlot : this.#slotOf(key)
    const table = this.#table
    const end = timestamp + this.#gapMs
    const ends = this.#ends
    const isNew = slot >= table.store.flags.length || table.store.flags[slot] === EMPTY
    if (!isNew && timestamp <= ends[slot]! && end >= this.#starts[slot]!) {
      table.add(slot, record)
      if (end > ends[slot]!) ends[slot] = end
      if (timestamp >= this.#starts[slot]!) return
      this.#starts[slot] = timestamp
    } else {
      if (isNew) table.add(slot, record)
      else this.#startAnew(slot, record)
      this.#starts[slot] = timestamp
      ends[slot] = end
    }
    if (timestamp < this.#minStart) this.#minStart = timestamp
  }

  /** A key comes several times in a row where some are hot. */
  #slotOf(key: Key): number {
    const slot = this.#table.keys.slotOf(key)
    if (slot >= this.#starts.length) this.#grow(slot + 1)
    // A tuple may be one array that its owner fills again.
    this.#lastKey = typeof key === 'object' ? NO_KEY : key
    this.#lastSlot = slot
    return slot
  }

  /** Gives every row to its target, all of one target in a row, and starts anew. */
  flush(receive: PartialReceiver): void {
    const { store, keys } = this.#table
    const changed = store.dirtyCount
    for (let i = 0; i < changed; i++) this.#take(store.dirtySlots[i]!)
    store.dirtyCount = 0
    this.#minStart = Infinity
    this.#closed = 0
    for (let target = 0; target < this.#targets.length; target++) {
      const rows = this.#targets[target]!
      if (rows.keys.length === 0) continue
      receive(target, this.#columnsOf(rows), rows.keys.length)
      Object.assign(rows, this.#emptyRows())
    }
    // Bidders, visitors, orders: keys of sessions come and go, and a small table is a fast one.
    if (keys.size <= Math.max(COMBINED_KEYS_KEPT_MIN, 4 * changed)) return
    this.#table.clear()
    this.#lastKey = NO_KEY
    this.#targetOf.fill(0)
  }

  /** A row more of the same key; the slot stays in the list of those that changed. */
  #startAnew(slot: number, record: unknown): void {
    const { store } = this.#table
    this.#take(slot)
    this.#closed++
    store.flags[slot] = DIRTY
    try {
      this.#table.add(slot, record)
    } catch (error) {
      store.flags[slot] = EMPTY
      store.dirtySlots.copyWithin(store.dirtySlots.indexOf(slot), store.dirtySlots.indexOf(slot) + 1, store.dirtyCount--)
      throw error
    }
  }

  /** The row of a slot goes to those of its target; the slot is empty afterwards. */
  #take(slot: number): void {
    const { keys, store, layout } = this.#table
    const key = keys.keyAt(slot)
    let target = this.#targetOf[slot]!
    if (target === 0) {
      const owners = this.#owners
      target = this.#targetOf[slot] = owners[hashKey(key) % owners.length]! + 1
    }
    const rows = this.#targets[target - 1]!
    rows.keys.push(key)
    if (rows.ints && !(typeof key === 'number' && (key | 0) === key)) rows.ints = false
    rows.starts.push(this.#starts[slot]!)
    rows.ends.push(this.#ends[slot]!)
    for (let c = 0; c < layout.columns.length; c++) {
      const { custom, initial } = layout.columns[c]!
      rows.columns[c]!.push(store.data[c]![slot])
      store.data[c]![slot] = custom === undefined ? initial : (custom.create() as never)
    }
    store.flags[slot] = EMPTY
  }

  #columnsOf({ keys, starts, ends, columns, ints }: TargetRows): PartialColumn[] {
    const { layout } = this.#table
    return [
      { name: 'key', values: ints ? new Int32Array(keys as number[]) : keys },
      { name: 'windowStart', values: new Float64Array(starts) },
      { name: 'windowEnd', values: new Float64Array(ends) },
      ...layout.columns.map(({ name, custom }, c) => ({
        name,
        values: custom === undefined ? new Float64Array(columns[c] as number[]) : columns[c]!,
      })),
    ]
  }

  #emptyRows(): TargetRows {
    return { keys: [], starts: [], ends: [], columns: this.#table.layout.columns.map(() => []), ints: true }
  }

  #grow(slots: number): void {
    const capacity = Math.max(2 * this.#starts.length, slots)
    const grown = <A extends Float64Array | Uint16Array>(from: A, to: A): A => (to.set(from), to)
    this.#starts = grown(this.#starts, new Float64Array(capacity))
    this.#ends = grown(this.#ends, new Float64Array(capacity))
    this.#targetOf = grown(this.#targetOf, new Uint16Array(capacity))
  }
}
