import { type Key, hashKey } from '../core/key-hash.ts'
import { SNAPSHOT_SLOTS_PER_ROW } from '../limits.ts'
import { type Barrier, type ChangeStamps, DELTA, WHOLE } from './change-stamps.ts'
import type { KeySlots } from './key-slots.ts'
import type { RemovedKey, RemovedKeys } from './removed-keys.ts'
import type { SlotGroups } from './slot-groups.ts'

/** What a table says of its slots. */
export interface ImageRows<Row> {
  readonly keys: Pick<KeySlots, 'keyAt' | 'size'>
  /** Something is kept at a slot. */
  has(slot: number): boolean
  /** What is kept there, whatever happens to it afterwards. */
  copy(slot: number): Row
}

export interface ImageParts<Row> {
  readonly rows: ImageRows<Row>
  readonly changes: ChangeStamps
  readonly groups: SlotGroups
  /** Null for tables whose keys stay. */
  readonly removed: RemovedKeys | null
}

export interface ImageOptions {
  /** 0: the last state, all of it. */
  readonly checkpoint: number
  readonly keyGroups: number
  /** To be written between two pauses. */
  readonly rowsPerStep: number
}

/** What a snapshot has to write of a key group. Valid until the next one is asked for. */
export interface ImageGroup {
  readonly group: number
  /** See StateChunk. */
  readonly since: number | undefined
  readonly slots: Int32Array
  /** Keys of which earlier chunks say something that is over. Those in `slots` that have come since are not among them. */
  readonly outdated: readonly Key[]
}

/** A row as it was at the barrier, of a slot that has changed since, or may have. */
interface KeptRow<Row> {
  readonly key: Key
  readonly stamp: number
  readonly isNew: boolean
  readonly row: Row
}

/** Of a slot: nothing is to be written; it is as it was at the barrier; that is kept aside. */
const DONE = 0
const AS_IT_IS = 1
const KEPT = 2

/**
 * A table as it was at a barrier, while it changes: a row that is about to change is copied first, unless it has been written. All else is written bit by bit, where it lies.
 */
export class TableImage<Row> {
  readonly #parts: ImageParts<Row>
  readonly #options: ImageOptions
  readonly #barrier: Barrier
  readonly #gone: readonly RemovedKey[]
  /** Slots from here on had no key at the barrier. */
  readonly #size: number
  readonly #states: Uint8Array
  readonly #groupOf: Uint16Array
  readonly #kept = new Map<number, KeptRow<Row>>()
  /** By key group. */
  readonly #goneOf = new Map<number, Key[]>()
  #failure: { readonly error: unknown } | null = null
  #plan: Uint8Array = new Uint8Array(0)
  /** By key group, those of `g` from `#starts[g]` on. */
  #slots = new Int32Array(0)
  #starts = new Int32Array(0)

  constructor(parts: ImageParts<Row>, options: ImageOptions) {
    this.#parts = parts
    this.#options = options
    this.#barrier = parts.changes.begin(options.checkpoint)
    this.#gone = parts.removed?.after(this.#barrier.after) ?? []
    this.#size = parts.rows.keys.size
    this.#states = new Uint8Array(this.#size).fill(AS_IT_IS)
    this.#groupOf = new Uint16Array(this.#size)
  }

  get checkpoint(): number {
    return this.#options.checkpoint
  }

  /** A slot is about to change, or what it has is handed out. Its stamp is still that of its last change. */
  keep(slot: number): void {
    if (slot >= this.#size || this.#states[slot] !== AS_IT_IS) return
    const { rows } = this.#parts
    this.#states[slot] = DONE
    if (!rows.has(slot)) return
    try {
      const row = { key: rows.keys.keyAt(slot), stamp: this.#parts.changes.stampOf(slot), isNew: this.#isNew(slot), row: rows.copy(slot) }
      this.#kept.set(slot, row)
      this.#states[slot] = KEPT
    } catch (error) {
      // Whoever changes the row has nothing to do with it.
      this.#failure ??= { error }
    }
  }

  /** Finds out what is to be written: comes before {@link TableImage.groups}. Yields where a pause is possible. */
  *select(): Generator<null> {
    const { keyGroups, rowsPerStep } = this.#options
    const slotsPerStep = rowsPerStep * SNAPSHOT_SLOTS_PER_ROW
    const rows = new Int32Array(keyGroups)
    const changed = new Int32Array(keyGroups)
    for (let from = 0; from < this.#size; from += slotsPerStep) {
      this.#count(from, Math.min(from + slotsPerStep, this.#size), rows, changed)
      yield null
    }
    const starts = this.#planGroups(rows, changed)
    for (let from = 0; from < this.#size; from += slotsPerStep) {
      this.#sort(from, Math.min(from + slotsPerStep, this.#size), starts)
      yield null
    }
  }

  /** Key groups, each to be written before the next is asked for. Yields null where a pause is possible. */
  *groups(): Generator<ImageGroup | null> {
    const { keyGroups, rowsPerStep } = this.#options
    let rows = 0
    for (let group = 0; group < keyGroups; group++) {
      if (this.#failure !== null) throw this.#failure.error
      if (this.#plan[group] === 0) continue
      const slots = this.#slots.subarray(this.#starts[group], this.#starts[group + 1])
      const isDelta = this.#plan[group] === DELTA
      for (let i = 0; i < slots.length; i++) this.#states[slots[i]!] = DONE
      const outdated = isDelta ? this.#outdated(group, slots) : []
      yield { group, slots, since: isDelta ? this.#barrier.base!.checkpoint : undefined, outdated }
      if (this.#kept.size > 0) for (let i = 0; i < slots.length; i++) this.#kept.delete(slots[i]!)
      rows += slots.length
      if (rows < rowsPerStep) continue
      rows = 0
      yield null
    }
  }

  /** The key that a slot had at the barrier. */
  keyAt(slot: number): Key {
    return this.keptAt(slot)?.key ?? this.#parts.rows.keys.keyAt(slot)
  }

  /** What was kept aside of a slot; undefined where the table still has it. */
  keptAt(slot: number): KeptRow<Row> | undefined {
    return this.#kept.size === 0 ? undefined : this.#kept.get(slot)
  }

  /** The key group of a slot that is to be written; -1 for others. Between {@link TableImage.select} and {@link TableImage.groups}. */
  groupAt(slot: number): number {
    return slot < this.#size && this.#states[slot] !== DONE ? this.#groupOf[slot]! : -1
  }

  #count(from: number, to: number, rows: Int32Array, changed: Int32Array): void {
    const { rows: table, groups } = this.#parts
    const { after } = this.#barrier
    for (let slot = from; slot < to; slot++) {
      if (this.#states[slot] === AS_IT_IS && !table.has(slot)) this.#states[slot] = DONE
      if (this.#states[slot] === DONE) continue
      const kept = this.keptAt(slot)
      const { keyGroups } = this.#options
      const group = kept === undefined ? groups.at(table.keys, slot, keyGroups) : hashKey(kept.key) % keyGroups
      this.#groupOf[slot] = group
      rows[group]!++
      if (this.#stampAt(slot) > after) changed[group]!++
    }
  }

  /** Where the slots of each group are to lie. */
  #planGroups(rows: Int32Array, changed: Int32Array): Int32Array {
    const { keyGroups } = this.#options
    const repeated = changed.slice()
    for (const { key } of this.#gone) {
      const group = hashKey(key) % keyGroups
      repeated[group]!++
      const others = this.#goneOf.get(group)
      if (others === undefined) this.#goneOf.set(group, [key])
      else others.push(key)
    }
    this.#plan = this.#parts.changes.plan(this.#barrier, rows, repeated)
    this.#starts = new Int32Array(keyGroups + 1)
    for (let group = 0; group < keyGroups; group++)
      this.#starts[group + 1] = this.#starts[group]! + (this.#plan[group] === WHOLE ? rows : changed)[group]!
    this.#slots = new Int32Array(this.#starts[keyGroups]!)
    return this.#starts.slice()
  }

  #sort(from: number, to: number, next: Int32Array): void {
    const { after } = this.#barrier
    for (let slot = from; slot < to; slot++) {
      if (this.#states[slot] === DONE) continue
      const group = this.#groupOf[slot]!
      if (this.#plan[group] === WHOLE || this.#stampAt(slot) > after) this.#slots[next[group]!++] = slot
      else {
        this.#states[slot] = DONE
        this.#kept.delete(slot)
      }
    }
  }

  #stampAt(slot: number): number {
    return this.keptAt(slot)?.stamp ?? this.#parts.changes.stampOf(slot)
  }

  /** In no checkpoint on which this one may build. */
  #isNew(slot: number): boolean {
    const { removed } = this.#parts
    return removed === null || removed.bornAt(slot) > this.#barrier.after
  }

  #outdated(group: number, slots: Int32Array): Key[] {
    const { removed } = this.#parts
    if (removed === null) return []
    const keys = this.#goneOf.get(group) ?? []
    for (const slot of slots) if (!(this.keptAt(slot)?.isNew ?? this.#isNew(slot))) keys.push(this.keyAt(slot))
    return keys
  }
}
