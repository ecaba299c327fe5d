import { types } from 'node:util'
import { MillraceError } from '../errors.ts'
import { WORKERS_MAX } from '../limits.ts'
import { CACHE_LINES_BYTES } from './layout.ts'

/**
 * ```
 *  byte    0  +-----------------------------------------------+
 *             | magic (int32) | count (int32) |    unused     |  written once by createDoorbells()
 *        128  +-----------------------------------------------+
 *             | state of doorbell 0 (int32)                   |  AWAKE, ASLEEP or RUNG
 *        256  +-----------------------------------------------+
 *             | state of doorbell 1 (int32)                   |
 *             +-----------------------------------------------+
 * ```
 */
export const DOORBELLS_MAGIC = 0x6d72_6462

/** The workers, and the few threads beside them. */
export const DOORBELLS_MAX = WORKERS_MAX * 4

/** The owner runs, and nobody rang since it last looked. */
export const AWAKE = 0
/** The owner sleeps, or is about to. */
export const ASLEEP = 1
/** Somebody rang, and the owner has not noticed yet. */
export const RUNG = 2

/**
 * Makes the shared memory of the doorbells of `count` threads, numbered from 0.
 *
 * @throws MR_OPTION_INVALID when the count is not an integer from 1 to {@link DOORBELLS_MAX}
 */
export function createDoorbells(count: number): SharedArrayBuffer {
  if (!Number.isInteger(count) || count < 1 || count > DOORBELLS_MAX) {
    throw new MillraceError('MR_OPTION_INVALID', `count=${count} is not an integer from 1 to ${DOORBELLS_MAX}`)
  }
  const shared = new SharedArrayBuffer(CACHE_LINES_BYTES * (1 + count))
  const words = new Int32Array(shared)
  words[0] = DOORBELLS_MAGIC
  words[1] = count
  return shared
}

/** All words of the doorbells, and the index of the state of one of them. */
export interface DoorbellWord {
  readonly words: Int32Array<SharedArrayBuffer>
  readonly word: number
}

export function openDoorbell(shared: SharedArrayBuffer, index: number): DoorbellWord {
  if (!types.isSharedArrayBuffer(shared) || shared.byteLength < CACHE_LINES_BYTES * 2) {
    throw new MillraceError('MR_RING_INVALID', 'doorbells are a SharedArrayBuffer made by createDoorbells()')
  }
  const words = new Int32Array(shared)
  const count = words[1]!
  if (words[0] !== DOORBELLS_MAGIC || shared.byteLength !== CACHE_LINES_BYTES * (1 + count)) {
    throw new MillraceError('MR_RING_INVALID', 'the buffer was not made by createDoorbells()')
  }
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new MillraceError('MR_OPTION_INVALID', `index=${index} is not an integer from 0 to ${count - 1}`)
  }
  return { words, word: (CACHE_LINES_BYTES * (1 + index)) >> 2 }
}
