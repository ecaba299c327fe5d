import { MillraceError } from '../errors.ts'
import { LEFT_OUT, forEachGroup, slotsOfChunk } from '../state/key-groups.ts'
import type { NewerKeys } from '../state/newer-keys.ts'
import { type KeyedChunkPlace, KeyedChunkWriter, decodeKeyedChunk } from '../state/keyed-chunk.ts'
import type { KeyTable } from '../state/key-table.ts'
import type { Timers, TimersCopy } from './timers.ts'

const SIGNATURE = 'timers@1'

/** Timers as they were at a barrier, while they change. */
export class TimersImage {
  readonly #copy: TimersCopy
  readonly #writer = new KeyedChunkWriter('timers', SIGNATURE)
  /** By slot: position of one of its timers in the copy, plus 1; by position, that of the next one. 0: none. */
  #first = new Int32Array(0)
  #next = new Int32Array(0)

  constructor(timers: Timers) {
    this.#copy = timers.copy()
  }

  /** Finds the timers of each slot: comes before {@link TimersImage.write}. Yields where a pause is possible. */
  *sort(timersPerStep: number): Generator<null> {
    const { timers, slots } = this.#copy
    let size = 0
    for (let i = 0; i < slots.length; i++) size = Math.max(size, slots[i]! + 1)
    this.#first = new Int32Array(size)
    this.#next = new Int32Array(timers.length)
    for (let from = 0; from < timers.length; from += timersPerStep) {
      for (let position = from; position < Math.min(from + timersPerStep, timers.length); position++) {
        const slot = slots[timers[position]!]!
        this.#next[position] = this.#first[slot]!
        this.#first[slot] = position + 1
      }
      yield null
    }
  }

  /** The timers of slots of a key group: for each key its times, and after each its place in the order in which timers were set. Null for none. */
  write(place: KeyedChunkPlace, keys: Pick<KeyTable, 'keyAt'>, slots: Int32Array): Uint8Array | null {
    const timed = slots.filter((slot) => slot < this.#first.length && this.#first[slot] !== 0)
    return timed.length === 0 ? null : this.#writer.write(place, keys, timed, (slot) => this.#timersOf(slot))
  }

  #timersOf(slot: number): number[] {
    const { times, timers, orders } = this.#copy
    const pairs: number[] = []
    for (let at = this.#first[slot]!; at !== 0; at = this.#next[at - 1]!) pairs.push(times[at - 1]!, orders[timers[at - 1]!]!)
    return pairs
  }
}

/** The timers of each key group that has any, at once. */
export function saveTimers(timers: Timers, keys: KeyTable, groups: number): Map<number, Uint8Array> {
  const image = new TimersImage(timers)
  for (const _ of image.sort(Infinity));
  const chunks = new Map<number, Uint8Array>()
  forEachGroup(keys, keys.usedSlots(), groups, (group, slots) => {
    const bytes = image.write({ groups, group }, keys, slots)
    if (bytes !== null) chunks.set(group, bytes)
  })
  return chunks
}

/**
 * Sets the timers of a chunk.
 *
 * @param newer keys of which newer chunks said everything: their timers are left out
 * @throws MillraceError MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE
 */
export function loadTimers(timers: Timers, keys: KeyTable, bytes: Uint8Array, newer: NewerKeys | null = null): void {
  const { chunk, values } = decodeKeyedChunk(bytes)
  if (chunk.signature !== SIGNATURE)
    throw new MillraceError('MR_STATE_INCOMPATIBLE', `a chunk of timers cannot be restored: it is ${chunk.signature}, not ${SIGNATURE}`)
  slotsOfChunk(keys, chunk, newer).forEach((slot, row) => {
    if (slot === LEFT_OUT) return
    const pairs = values[row] as readonly number[]
    for (let i = 0; i < pairs.length; i += 2) timers.restore(slot, pairs[i]!, pairs[i + 1]!)
  })
}
