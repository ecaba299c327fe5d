import { MillraceError } from '../errors.ts'
import { hashKey } from '../core/key-hash.ts'
import { LEFT_OUT, slotsOfChunk, sortSlots } from '../state/key-groups.ts'
import type { KeyIndex } from '../state/key-index.ts'
import { type KeyedChunkPlace, KeyedChunkWriter, decodeKeyedChunk } from '../state/keyed-chunk.ts'
import type { KeyTable } from '../state/key-table.ts'
import type { Timers } from './timers.ts'

const SIGNATURE = 'timers@1'

/** Timers as they were at a barrier, while they change. */
export class TimersImage {
  readonly #timers: ReturnType<Timers['copies']>
  readonly #writer = new KeyedChunkWriter('timers', SIGNATURE)
  /** Places in the copies by key group: those of `g` from `starts[g]` on. */
  #places: Int32Array = new Int32Array(0)
  #starts: Int32Array = new Int32Array(1)

  constructor(timers: Timers) {
    this.#timers = timers.copies()
  }

  /** @param groupOf key group of a slot; -1 where its timers are not to be written */
  sort(groups: number, groupOf: (slot: number) => number): void {
    const { slots } = this.#timers
    const wanted = Int32Array.from(slots.keys()).filter((place) => groupOf(slots[place]!) !== -1)
    const { slots: places, starts } = sortSlots(wanted, groups, (place) => groupOf(slots[place]!))
    this.#places = places
    this.#starts = starts
  }

  /** The timers of a key group: for each key its times, and after each its place in the order in which timers were set. Null for none. */
  write({ groups, group }: KeyedChunkPlace, keys: Pick<KeyTable, 'keyAt'>): Uint8Array | null {
    const { slots, times, orders } = this.#timers
    const byKey = new Map<number, number[]>()
    for (let i = this.#starts[group]!; i < this.#starts[group + 1]!; i++) {
      const place = this.#places[i]!
      const [slot, time, order] = [slots[place]!, times[place]!, orders[place]!]
      const known = byKey.get(slot)
      if (known === undefined) byKey.set(slot, [time, order])
      else known.push(time, order)
    }
    return byKey.size === 0 ? null : this.#writer.write({ groups, group }, keys, Int32Array.from(byKey.keys()), (slot) => byKey.get(slot))
  }
}

/** The timers of each key group that has any, at once. */
export function saveTimers(timers: Timers, keys: KeyTable, groups: number): Map<number, Uint8Array> {
  const image = new TimersImage(timers)
  image.sort(groups, (slot) => hashKey(keys.keyAt(slot)) % groups)
  const chunks = new Map<number, Uint8Array>()
  for (let group = 0; group < groups; group++) {
    const bytes = image.write({ groups, group }, keys)
    if (bytes !== null) chunks.set(group, bytes)
  }
  return chunks
}

/**
 * Sets the timers of a chunk.
 *
 * @param newer keys of which newer chunks said everything: their timers are left out
 * @throws MillraceError MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE
 */
export function loadTimers(timers: Timers, keys: KeyTable, bytes: Uint8Array, newer: KeyIndex | null = null): void {
  const { chunk, values } = decodeKeyedChunk(bytes)
  if (chunk.signature !== SIGNATURE)
    throw new MillraceError('MR_STATE_INCOMPATIBLE', `a chunk of timers cannot be restored: it is ${chunk.signature}, not ${SIGNATURE}`)
  slotsOfChunk(keys, chunk, newer).forEach((slot, row) => {
    if (slot === LEFT_OUT) return
    const pairs = values[row] as readonly number[]
    for (let i = 0; i < pairs.length; i += 2) timers.restore(slot, pairs[i]!, pairs[i + 1]!)
  })
}
