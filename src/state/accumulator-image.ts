import type { Key } from '../core/key-hash.ts'
import { encodeAccumulators } from './accumulator-snapshot.ts'
import type { AccumulatorStore } from './accumulator-store.ts'
import { type CutPlan, DELTA, WHOLE } from './change-stamps.ts'
import { numbersAt } from './chunk-columns.ts'
import type { KeySlots } from './key-slots.ts'
import { firstRows } from './row-chunks.ts'
import type { ValuePacker } from './value-packer.ts'
import type { StateDelta } from './value-table.ts'

/** Where a table has so many times more slots than are written, those are picked out; otherwise whole columns are copied, which is faster. */
const PICKED_BELOW = 8

export interface ImageParts {
  readonly store: AccumulatorStore
  readonly keys: KeySlots
  readonly packer: ValuePacker
  readonly groups: number
  readonly plan: CutPlan
}

/**
 * The slots that a snapshot writes, as they are now, to be encoded while the table changes: copies of their typed columns. Custom accumulators change in place, and a few rows
 * are encoded sooner than copied: these are no images.
 */
export class AccumulatorImage {
  readonly #parts: ImageParts
  readonly #copy: Pick<AccumulatorStore, 'flags' | 'data' | 'layout'>
  /** Rows of the copy in the order of `plan.slots`. */
  readonly #rows: Int32Array
  /** By row of the copy. */
  #keyAt: (row: number) => Key

  constructor(parts: ImageParts) {
    this.#parts = parts
    const { store, keys, plan } = parts
    const { slots } = plan
    const size = Math.min(keys.size, store.flags.length)
    const { layout } = store
    const numbers = store.data as Float64Array[]
    if (slots.length * PICKED_BELOW < size) {
      const flags = Uint8Array.from(numbersAt(store.flags, slots))
      this.#copy = { layout, flags, data: numbers.map((column) => numbersAt(column, slots)) }
      this.#rows = firstRows(slots.length)
      this.#keyAt = (row) => keys.keyAt(slots[row]!)
    } else {
      this.#copy = { layout, flags: store.flags.slice(0, size), data: numbers.map((column) => column.slice(0, size)) }
      this.#rows = slots
      this.#keyAt = (slot) => keys.keyAt(slot)
    }
  }

  /** The keys are about to be forgotten. */
  keepKeys(): void {
    const kept = Array.from(this.#copy.flags, (_, row) => this.#keyAt(row))
    this.#keyAt = (row) => kept[row]!
  }

  encode(group: number, from: number, to: number): Uint8Array {
    const { groups, packer } = this.#parts
    return encodeAccumulators({ groups, group }, this.#copy, { keyAt: this.#keyAt }, this.#rows.subarray(from, to), packer)
  }
}

/** The chunks that a snapshot has to write; null after some rows. @param encode the chunk of `plan.slots` `from` to `to` - 1, which are all of a key group */
export function* chunksOf(
  { starts, whole, since }: CutPlan,
  rowsPerStep: number,
  encode: (group: number, from: number, to: number) => Uint8Array,
): Generator<StateDelta | null> {
  for (let id = 0, rows = 0; id < whole.length; id++) {
    const [from, to] = [starts[id]!, starts[id + 1]!]
    const value = from === to ? undefined : encode(id, from, to)
    if (whole[id] === WHOLE) yield { scope: 'group', id, value }
    else if (whole[id] === DELTA) yield { scope: 'group', id, value, since: since! }
    rows += to - from
    if (rows < rowsPerStep) continue
    rows = 0
    yield null
  }
}
