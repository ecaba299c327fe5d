import { EMPTY, SAVED } from './accumulator-store.ts'
import type { AccumulatorStore } from './accumulator-store.ts'
import { ChangeStamps, DELTA, WHOLE } from './change-stamps.ts'
import type { KeySlots } from './key-slots.ts'
import { SlotGroups } from './slot-groups.ts'
import type { StateDelta } from './value-table.ts'

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

  /**
   * The chunks that a snapshot has to write.
   *
   * @param checkpoint 0: the last state, which is written whole
   * @param encode the chunk of some slots of a key group
   */
  deltas(checkpoint: number, groups: number, encode: (group: number, slots: Int32Array) => Uint8Array): StateDelta[] {
    this.#lookForGone(checkpoint)
    const live = this.#liveSlots()
    const groupOf = this.#groups.of(this.#keys, this.#keys.size, groups)
    const { slots, starts, whole, since } = this.#stamps.cut(checkpoint, groups, live, groupOf)
    const deltas: StateDelta[] = []
    for (let id = 0; id < groups; id++) {
      const own = slots.subarray(starts[id], starts[id + 1])
      const value = own.length === 0 ? undefined : encode(id, own)
      if (whole[id] === WHOLE) deltas.push({ scope: 'group', id, value })
      else if (whole[id] === DELTA) deltas.push({ scope: 'group', id, value, since: since! })
    }
    return deltas
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
