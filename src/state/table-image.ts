import { type Key, hashKey } from '../core/key-hash.ts'
import { SNAPSHOT_CHUNK_ROWS_MIN, SNAPSHOT_FIRST_STEP_PART, SNAPSHOT_SLOTS_PER_ROW } from '../limits.ts'
import { type Barrier, type ChangeStamps, DELTA, WHOLE, wasThere } from './change-stamps.ts'
import type { KeySlots } from './key-slots.ts'
import type { RemovedKey, RemovedKeys } from './removed-keys.ts'
import { type SlotGroups, UNKNOWN_GROUP } from './slot-groups.ts'

/** What a table says of its slots. One that has no stamp has nothing, and one that has nothing has none at a barrier. */
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

/** What a snapshot has to write of a key group, or a part of it: large groups come in several, one behind the other. Valid until the next one is asked for. */
export interface ImageGroup {
  readonly group: number
  /** See StateChunk: of the first part of a group of which only changes are written. */
  readonly since: number | undefined
  readonly slots: Int32Array
  /** Keys of which earlier chunks say something that is over. Those in `slots` that have come since are not among them. */
  readonly outdated: readonly Key[]
}

/** By key group: rows, those that have changed, and what of them earlier chunks have, what is gone included. */
interface Counts {
  readonly rows: Int32Array
  readonly changed: Int32Array
  readonly repeated: Int32Array
}

/** A row as it was at the barrier, of a slot that has changed since, or may have. */
interface KeptRow<Row> {
  readonly key: Key
  readonly stamp: number
  readonly isNew: boolean
  readonly row: Row
}

/** Of a slot: it is as it was at the barrier, which all are that nobody has looked at; nothing is to be written; what it was is kept aside; that is being written. */
const AS_IT_IS = 0
const DONE = 1
const KEPT = 2
const KEPT_LAST = 3

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
    this.#size = parts.rows.keys.size
    this.#barrier = parts.changes.begin(options.checkpoint, this.#size)
    this.#gone = parts.removed?.after(this.#barrier.after) ?? []
    this.#states = new Uint8Array(this.#size)
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
      const row = {
        key: rows.keys.keyAt(slot),
        stamp: this.#parts.changes.stampOf(slot),
        isNew: !this.#isKnown(slot),
        row: rows.copy(slot),
      }
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
    const counts = { rows: new Int32Array(keyGroups), changed: new Int32Array(keyGroups), repeated: new Int32Array(keyGroups) }
    for (const [from, to] of steps(this.#size, slotsPerStep)) {
      this.#count(from, to, counts)
      yield null
    }
    for (const [from, to] of steps(this.#gone.length, slotsPerStep)) {
      this.#countGone(from, to, counts)
      yield null
    }
    const next = this.#planGroups(counts)
    for (const [from, to] of steps(this.#size, slotsPerStep)) {
      this.#sort(from, to, next)
      yield null
    }
  }

  /** Key groups, each part to be written before the next is asked for. Yields null where a pause is possible. */
  *groups(): Generator<ImageGroup | null> {
    const { keyGroups, rowsPerStep } = this.#options
    const rowsMax = Math.max(rowsPerStep, SNAPSHOT_CHUNK_ROWS_MIN)
    // As the first steps are.
    let limit = Math.ceil(rowsMax / SNAPSHOT_FIRST_STEP_PART)
    let rows = 0
    for (let group = 0; group < keyGroups; group++) {
      if (this.#plan[group] === 0) continue
      const end = this.#starts[group + 1]!
      let from = this.#starts[group]!
      do {
        const slots = this.#slots.subarray(from, Math.min(from + limit, end))
        yield this.#part(group, slots, from === this.#starts[group])
        if (this.#kept.size > 0) this.#letGo(slots)
        from += slots.length
        rows += slots.length
        if (rows < Math.min(limit, rowsPerStep)) continue
        rows = 0
        limit = Math.min(2 * limit, rowsMax)
        yield null
      } while (from < end)
    }
  }

  /** The key that a slot had at the barrier. */
  keyAt(slot: number): Key {
    return this.keptAt(slot)?.key ?? this.#parts.rows.keys.keyAt(slot)
  }

  /** What was kept aside of a slot; undefined where the table still has it. */
  keptAt(slot: number): KeptRow<Row> | undefined {
    return this.#states[slot]! >= KEPT ? this.#kept.get(slot) : undefined
  }

  #part(group: number, slots: Int32Array, isFirst: boolean): ImageGroup {
    if (this.#failure !== null) throw this.#failure.error
    const states = this.#states
    for (let i = 0; i < slots.length; i++) states[slots[i]!] = states[slots[i]!] === KEPT ? KEPT_LAST : DONE
    if (this.#plan[group] !== DELTA) return { group, slots, since: undefined, outdated: [] }
    const outdated = this.#outdated(slots, isFirst ? (this.#goneOf.get(group) ?? []) : [])
    return { group, slots, since: isFirst ? this.#barrier.base!.checkpoint : undefined, outdated }
  }

  #letGo(slots: Int32Array): void {
    for (let i = 0; i < slots.length; i++) {
      if (this.#states[slots[i]!] !== KEPT_LAST) continue
      this.#states[slots[i]!] = DONE
      this.#kept.delete(slots[i]!)
    }
  }

  #count(from: number, to: number, { rows, changed, repeated }: Counts): void {
    const { after } = this.#barrier
    const { keys } = this.#parts.rows
    const [states, stamps, groups] = this.#columns(to)
    for (let slot = from; slot < to; slot++) {
      if (states[slot] === DONE) continue
      const kept = states[slot] === KEPT ? this.#kept.get(slot)! : null
      const stamp = kept === null ? stamps[slot]! : kept.stamp
      if (stamp === 0) {
        states[slot] = DONE
        continue
      }
      if (kept === null && groups[slot] === UNKNOWN_GROUP) groups[slot] = this.#groupOf(keys.keyAt(slot))
      const group = kept === null ? groups[slot]! : this.#groupOf(kept.key)
      rows[group]!++
      if (stamp <= after) continue
      changed[group]!++
      if (kept === null ? this.#isKnown(slot) : !kept.isNew) repeated[group]!++
    }
  }

  #countGone(from: number, to: number, { repeated }: Counts): void {
    for (let i = from; i < to; i++) {
      const { key } = this.#gone[i]!
      const group = this.#groupOf(key)
      repeated[group]!++
      const others = this.#goneOf.get(group)
      if (others === undefined) this.#goneOf.set(group, [key])
      else others.push(key)
    }
  }

  /** Where the slots of each group are to lie. */
  #planGroups({ rows, changed, repeated }: Counts): Int32Array {
    const { keyGroups } = this.#options
    this.#plan = this.#parts.changes.plan(this.#barrier, rows, repeated)
    this.#starts = new Int32Array(keyGroups + 1)
    for (let group = 0; group < keyGroups; group++)
      this.#starts[group + 1] = this.#starts[group]! + (this.#plan[group] === WHOLE ? rows : changed)[group]!
    this.#slots = new Int32Array(this.#starts[keyGroups]!)
    return this.#starts.slice()
  }

  #sort(from: number, to: number, next: Int32Array): void {
    const { after } = this.#barrier
    const [states, stamps, groups] = this.#columns(to)
    for (let slot = from; slot < to; slot++) {
      if (states[slot] === DONE) continue
      const kept = states[slot] === KEPT ? this.#kept.get(slot)! : null
      const group = kept === null ? groups[slot]! : this.#groupOf(kept.key)
      if (this.#plan[group] === WHOLE || (kept === null ? stamps[slot]! : kept.stamp) > after) this.#slots[next[group]!++] = slot
      else {
        states[slot] = DONE
        if (kept !== null) this.#kept.delete(slot)
      }
    }
  }

  /** What is known of slots that are as they were. */
  #columns(size: number): [states: Uint8Array, stamps: Uint32Array, groups: Uint16Array] {
    const { changes, groups } = this.#parts
    return [this.#states, changes.stamps(size), groups.known(size, this.#options.keyGroups)]
  }

  #groupOf(key: Key): number {
    return hashKey(key) % this.#options.keyGroups
  }

  /** In the checkpoint on which this one may build. */
  #isKnown(slot: number): boolean {
    const { removed } = this.#parts
    return removed === null ? wasThere(this.#barrier, slot) : removed.bornAt(slot) <= this.#barrier.after
  }

  /** @param keys to which those of the slots are added */
  #outdated(slots: Int32Array, keys: Key[]): Key[] {
    if (this.#parts.removed === null) return keys
    for (const slot of slots) if (!(this.keptAt(slot)?.isNew ?? !this.#isKnown(slot))) keys.push(this.keyAt(slot))
    return keys
  }
}

/** The first ones are shorter: their code may not be compiled yet. */
function* steps(size: number, length: number): Generator<[from: number, to: number]> {
  let step = Math.ceil(length / SNAPSHOT_FIRST_STEP_PART)
  for (let from = 0; from < size; from += step, step = Math.min(2 * step, length)) yield [from, Math.min(from + step, size)]
}
