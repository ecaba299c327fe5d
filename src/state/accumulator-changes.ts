import { EMPTY, SAVED } from './accumulator-store.ts'
import type { AccumulatorStore } from './accumulator-store.ts'
import { ChangeStamps, type CutPlan } from './change-stamps.ts'
import type { KeySlots } from './key-slots.ts'
import { SlotGroups } from './slot-groups.ts'

/**
 * What of a store has changed since a complete checkpoint. Loops over the store do nothing for it: what changes a slot sets its flag, and each snapshot looks which flags were
 * set since the last one.
 */
export class AccumulatorChanges {
  readonly #store: AccumulatorStore
  readonly #keys: KeySlots
  readonly #stamps = new ChangeStamps()
  readonly #groups = new SlotGroups()
  /** Slots whose rows are no more, and the first checkpoint that says so: for those that build on an earlier one. */
  readonly #gone = new Map<number, number>()

  constructor(store: AccumulatorStore, keys: KeySlots) {
    this.#store = store
    this.#keys = keys
  }

  /** Begins a snapshot: see {@link ChangeStamps.cut}. */
  cut(checkpoint: number, groups: number): CutPlan {
    this.#lookForGone(checkpoint)
    const live = this.#liveSlots()
    const { size } = this.#keys
    return this.#stamps.cut(checkpoint, groups, live, this.#groups.of(this.#keys, size, groups), size)
  }

  /** A checkpoint is on disk: later ones need only what changes from now on. */
  completed(checkpoint: number): void {
    this.#stamps.completed(checkpoint)
    for (const [slot, saidBy] of this.#gone) if (saidBy <= checkpoint) this.#gone.delete(slot)
  }

  clear(): void {
    this.#stamps.clear()
    this.#groups.clear()
    this.#gone.clear()
  }

  #lookForGone(checkpoint: number): void {
    const { vanished } = this.#store
    for (const slot of vanished) {
      this.#stamps.touch(slot)
      this.#gone.set(slot, checkpoint)
    }
    vanished.clear()
  }

  /** Those with records, and those that a delta has to tell of. Notes which have changed since the last time. */
  #liveSlots(): Int32Array {
    const { flags } = this.#store
    const size = Math.min(this.#keys.size, flags.length)
    const live = new Int32Array(size)
    let count = 0
    for (let slot = 0; slot < size; slot++) {
      const flag = flags[slot]!
      if (flag === EMPTY) {
        if (this.#gone.has(slot)) live[count++] = slot
        continue
      }
      live[count++] = slot
      if ((flag & SAVED) !== 0) continue
      flags[slot] = flag | SAVED
      this.#stamps.touch(slot)
    }
    return live.subarray(0, count)
  }
}
