import { DELTA_SNAPSHOTS_MAX, DELTA_STAGGER_GROUPS } from '../limits.ts'
import { sortSlots } from './key-groups.ts'

/** What a snapshot writes of a key group that is not empty: all of it, or what has changed. */
export const WHOLE = 1
export const DELTA = 2

/** What of a table a checkpoint holds. */
export interface Cut {
  readonly checkpoint: number
  /** Changes with this stamp or a smaller one are in it. */
  readonly stamp: number
  /** By key group: number of the snapshot that wrote all of the group; 0: the group was empty. */
  readonly bases: Int32Array
  /** By key group: rows that were written again behind that; new ones are not among them. */
  readonly repeated: Int32Array
  /** Slots of the table at that time. */
  readonly size: number
}

/** What a snapshot has to write. */
export interface CutPlan {
  /** By key group: 0 for nothing, WHOLE or DELTA. */
  readonly whole: Uint8Array
  /** What deltas build on. */
  readonly since: number | undefined
  /** Slots by key group: those of group g are `slots[starts[g]]` to `slots[starts[g + 1] - 1]`. */
  readonly slots: Int32Array
  readonly starts: Int32Array
}

/** The begin of a snapshot: what changes from now on is not part of it. */
export interface Barrier {
  /** 0: the last state, which is written whole. */
  readonly checkpoint: number
  /** What deltas build on. */
  readonly base: Cut | null
  /** Changes with a larger stamp are not in that one. */
  readonly after: number
  /** Changes with a larger stamp come behind the barrier. */
  readonly stamp: number
  /** Slots of the table. */
  readonly size: number
}

/**
 * What of a table has changed since the newest checkpoint that is known to be complete: a stamp a slot, which costs a write one compare, and the first one after a barrier a store. Says which key groups
 * are to be written whole: those that were not in that checkpoint, those of which half was written again since they were whole, and each one after some snapshots, not all
 * at once, so that chains are short and old checkpoints share nothing with new ones. The first two snapshots are whole, so that there are always two that share nothing.
 */
export class ChangeStamps {
  #stamps = new Uint32Array(16)
  #now = 1
  #taken = 0
  #complete = 0
  /** The newest complete one. */
  #since: Cut | null = null
  /** Taken after that, ascending; what became of them is not known. */
  #open: Cut[] = []
  /** Nothing may build on what was taken with an earlier stamp. */
  #validFrom = 0
  readonly #onFirst: ((slot: number) => void) | null

  /** @param onFirst called before the first change of a slot after each barrier */
  constructor(onFirst: ((slot: number) => void) | null = null) {
    this.#onFirst = onFirst
  }

  /** Of what changes now. */
  get now(): number {
    return this.#now
  }

  /** To be called before the slot changes. */
  touch(slot: number): void {
    if (slot >= this.#stamps.length || this.#stamps[slot] !== this.#now) this.#touchFirst(slot)
  }

  /** To be called before some slots change. */
  touchAll(slots: Int32Array): void {
    for (let i = 0; i < slots.length; i++) this.touch(slots[i]!)
  }

  /** When the slot changed last; 0 for never. */
  stampOf(slot: number): number {
    return slot < this.#stamps.length ? this.#stamps[slot]! : 0
  }

  /** By slot, for `size` slots at least; valid until something changes. */
  stamps(size: number): Uint32Array {
    if (size > this.#stamps.length) this.#grow(size - 1)
    return this.#stamps
  }

  /** The slot is that of another key from now on. */
  forget(slot: number): void {
    if (slot < this.#stamps.length) this.#stamps[slot] = 0
  }

  /** Begins a snapshot, whose {@link ChangeStamps.plan} follows. */
  begin(checkpoint: number, size: number): Barrier {
    const base = checkpoint === 0 || this.#complete < 2 ? null : this.#since
    // Without a checkpoint to build on every stamp is newer.
    return { checkpoint, base, after: base === null ? -1 : base.stamp, stamp: this.#now++, size }
  }

  /**
   * The same at once, for tables that are written before anything changes.
   *
   * @param checkpoint 0: the last state, which is written whole
   * @param live slots of the table below `size`, whose keys stay
   * @param groupOf by slot
   */
  cut(checkpoint: number, groups: number, live: Int32Array, groupOf: Uint16Array, size: number): CutPlan {
    const barrier = this.begin(checkpoint, size)
    const { base, after: stamp } = barrier
    const stamps = this.#stamps
    const rows = new Int32Array(groups)
    const changed = new Int32Array(groups)
    const repeated = new Int32Array(groups)
    for (let i = 0; i < live.length; i++) {
      const slot = live[i]!
      const group = groupOf[slot]!
      rows[group]!++
      if (stamps[slot]! <= stamp) continue
      changed[group]!++
      if (wasThere(barrier, slot)) repeated[group]!++
    }
    const whole = this.plan(barrier, rows, repeated)
    let count = 0
    for (let group = 0; group < groups; group++) count += whole[group] === WHOLE ? rows[group]! : changed[group]!
    const written = new Int32Array(count)
    for (let i = 0, at = 0; at < count; i++) {
      const slot = live[i]!
      if (stamps[slot]! > stamp || whole[groupOf[slot]!] === WHOLE) written[at++] = slot
    }
    return { whole, since: base?.checkpoint, ...sortSlots(written, groups, (slot) => groupOf[slot]!) }
  }

  /** A checkpoint is on disk. Returns the stamp up to which changes are in it; 0 for one that is of no use. */
  completed(checkpoint: number): number {
    const cut = this.#open.find((each) => each.checkpoint === checkpoint)
    if (cut === undefined) return 0
    this.#since = cut
    this.#complete++
    this.#open = this.#open.filter((each) => each.checkpoint > checkpoint)
    return cut.stamp
  }

  /** What a snapshot wrote of a key group that was to be whole is nothing: there is no chunk of it on which others could build. */
  wasEmpty(checkpoint: number, group: number): void {
    for (const cut of this.#open) if (cut.checkpoint === checkpoint) cut.bases[group] = 0
  }

  /** Nothing is known any more. */
  clear(): void {
    this.#stamps.fill(0)
    this.#complete = 0
    this.rebase()
  }

  /** The next snapshots are whole, until one of them is complete. */
  rebase(): void {
    this.#since = null
    this.#open = []
    this.#validFrom = this.#now
  }

  /**
   * By key group, what the snapshot has to write: 0 for nothing, WHOLE or DELTA.
   *
   * @param rows by key group: of the table at the barrier
   * @param again those of them that changed after `barrier.after` and were there before, and what was removed
   */
  plan(barrier: Barrier, rows: Int32Array, again: Int32Array): Uint8Array {
    const { checkpoint, stamp, size, base: since } = barrier
    const number = ++this.#taken
    const whole = new Uint8Array(rows.length)
    const bases = new Int32Array(rows.length)
    const repeated = new Int32Array(rows.length)
    for (let group = 0; group < rows.length; group++) {
      if (rows[group] === 0) continue
      const base = since?.bases[group] ?? 0
      const repeatedNow = (since?.repeated[group] ?? 0) + again[group]!
      const isOld = number - base >= DELTA_SNAPSHOTS_MAX + (group % DELTA_STAGGER_GROUPS)
      const isWhole = base === 0 || isOld || 2 * repeatedNow > rows[group]!
      whole[group] = isWhole ? WHOLE : DELTA
      bases[group] = isWhole ? number : base
      repeated[group] = isWhole ? 0 : repeatedNow
    }
    if (checkpoint !== 0 && stamp >= this.#validFrom) this.#open.push({ checkpoint, stamp, bases, repeated, size })
    return whole
  }

  #touchFirst(slot: number): void {
    if (slot >= this.#stamps.length) this.#grow(slot)
    this.#onFirst?.(slot)
    this.#stamps[slot] = this.#now
  }

  #grow(slot: number): void {
    const stamps = new Uint32Array(Math.max(this.#stamps.length * 2, slot + 1))
    stamps.set(this.#stamps)
    this.#stamps = stamps
  }
}

/** Whether a slot of a table whose keys stay was in use when the snapshot was taken that deltas build on. */
export const wasThere = ({ base }: Barrier, slot: number): boolean => base !== null && slot < base.size
