import { types } from 'node:util'
import { MillraceError } from '../errors.ts'
import { RING_BYTES_MAX, RING_BYTES_MIN } from '../limits.ts'
import {
  CAPACITY_OFFSET,
  FRAME_ALIGNMENT_BYTES,
  FRAMES_OFFSET,
  HEAD_OFFSET,
  MAGIC_OFFSET,
  RING_MAGIC,
  RING_VERSION,
  TAIL_OFFSET,
  VERSION_OFFSET,
} from './layout.ts'

/** Typed arrays over the memory of one ring, made once: a view costs more than a header. */
export interface RingMemory {
  readonly shared: SharedArrayBuffer
  /** Power of two. */
  readonly capacityBytes: number
  readonly words: Int32Array<SharedArrayBuffer>
  readonly doubles: Float64Array<SharedArrayBuffer>
  readonly bytes: Uint8Array<SharedArrayBuffer>
}

/**
 * Makes the shared memory of a ring from one thread to one other.
 *
 * @param capacityBytes bytes for frames, a power of two from {@link RING_BYTES_MIN} to {@link RING_BYTES_MAX}
 * @param initialPosition int32 and multiple of 8 where positions begin, default 0; a test that begins at 2147483640 sees them wrap at once
 * @throws MR_RING_INVALID when the capacity is not such a power of two
 * @throws MR_OPTION_INVALID when the position is not such an integer
 */
export function createRing(capacityBytes: number, initialPosition = 0): SharedArrayBuffer {
  if (!isCapacity(capacityBytes)) {
    throw new MillraceError(
      'MR_RING_INVALID',
      `capacityBytes=${capacityBytes} is not a power of two from ${RING_BYTES_MIN} to ${RING_BYTES_MAX}`,
    )
  }
  if ((initialPosition | 0) !== initialPosition || initialPosition % FRAME_ALIGNMENT_BYTES !== 0) {
    throw new MillraceError('MR_OPTION_INVALID', `initialPosition=${initialPosition} is not an int32 that is a multiple of 8`)
  }
  const shared = new SharedArrayBuffer(FRAMES_OFFSET + capacityBytes)
  const words = new Int32Array(shared)
  words[MAGIC_OFFSET >> 2] = RING_MAGIC
  words[VERSION_OFFSET >> 2] = RING_VERSION
  words[CAPACITY_OFFSET >> 2] = capacityBytes
  Atomics.store(words, HEAD_OFFSET >> 2, initialPosition)
  Atomics.store(words, TAIL_OFFSET >> 2, initialPosition)
  return shared
}

/**
 * Views of a ring made by {@link createRing}.
 *
 * @throws MR_RING_INVALID when the buffer is not one
 */
export function openRing(shared: SharedArrayBuffer): RingMemory {
  if (!types.isSharedArrayBuffer(shared)) throw new MillraceError('MR_RING_INVALID', `a ring is a SharedArrayBuffer, got ${typeof shared}`)
  const capacityBytes = shared.byteLength - FRAMES_OFFSET
  if (!isCapacity(capacityBytes)) throw new MillraceError('MR_RING_INVALID', `byteLength=${shared.byteLength} is not the size of a ring`)
  const words = new Int32Array(shared)
  const [magic, version, capacity] = [words[MAGIC_OFFSET >> 2], words[VERSION_OFFSET >> 2], words[CAPACITY_OFFSET >> 2]]
  if (magic !== RING_MAGIC || version !== RING_VERSION || capacity !== capacityBytes) {
    throw new MillraceError(
      'MR_RING_INVALID',
      `magic=${magic} version=${version} capacity=${capacity} are not those of a ring of this version`,
    )
  }
  return { shared, capacityBytes, words, doubles: new Float64Array(shared), bytes: new Uint8Array(shared) }
}

function isCapacity(bytes: number): boolean {
  return Number.isInteger(bytes) && bytes >= RING_BYTES_MIN && bytes <= RING_BYTES_MAX && (bytes & (bytes - 1)) === 0
}
