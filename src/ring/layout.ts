/**
 * Where everything lies in the shared memory of a ring. The algorithm is in ring-producer.ts and ring-consumer.ts.
 *
 * ```
 *  byte    0  +---------------------------------------------------------------+
 *             | magic (int32) | version (int32) | capacity (int32) |  unused  |  written once by createRing()
 *        128  +---------------------------------------------------------------+
 *             | tail (int32): position after the newest published frame       |  written by the producer only
 *        256  +---------------------------------------------------------------+
 *             | head (int32): position of the oldest frame not yet consumed   |  written by the consumer only
 *        384  +---------------------------------------------------------------+
 *             | space wanted (int32): the producer met a full ring            |  set by the producer, cleared by the consumer
 *        512  +---------------------------------------------------------------+
 *             | frames: `capacity` bytes, a power of two                      |
 *             +---------------------------------------------------------------+
 * ```
 *
 * Each word that changes has 128 bytes of its own: two cache lines, because processors prefetch them in pairs.
 *
 * A position counts bytes since the ring began, modulo 2^32, as a signed int32: it wraps from 2147483640 to -2147483648. Only differences
 * of positions are compared, `(tail - head) | 0`, and they are at most `capacity` <= 2^30. The index of a position is `position & (capacity - 1)`.
 *
 * ```
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+  0
 *  |             length of header and payload, in bytes            |
 *  +---------------+---------------+-------------------------------+  4
 *  |     kind      |     flags     |             zero              |
 *  +---------------+---------------+-------------------------------+  8
 *  |                            channel                            |
 *  +---------------------------------------------------------------+ 12
 *  |                            attempt                            |
 *  +---------------------------------------------------------------+ 16
 *  |                           sequence                            |
 *  +---------------------------------------------------------------+ 20
 *  |                            records                            |
 *  +---------------------------------------------------------------+ 24
 *  |                            value                              |
 *  |                          (float64)                            |
 *  +---------------------------------------------------------------+ 32
 *  |                           payload                           ...
 *  |                ... zero to seven unused bytes                 |
 *  +---------------------------------------------------------------+
 * ```
 *
 * Frames begin at multiples of 8 and are contiguous. A frame that does not fit before the end of the memory is preceded by a padding frame
 * (kind 0: only its first eight bytes exist) that fills the rest. Numbers are in the byte order of the machine: a ring never leaves its process.
 */

export const RING_MAGIC = 0x6d72_696e
export const RING_VERSION = 1

export const CACHE_LINES_BYTES = 128
export const MAGIC_OFFSET = 0
export const VERSION_OFFSET = 4
export const CAPACITY_OFFSET = 8
export const TAIL_OFFSET = CACHE_LINES_BYTES
export const HEAD_OFFSET = CACHE_LINES_BYTES * 2
export const SPACE_WANTED_OFFSET = CACHE_LINES_BYTES * 3
export const FRAMES_OFFSET = CACHE_LINES_BYTES * 4

export const FRAME_ALIGNMENT_BYTES = 8
export const FRAME_HEADER_BYTES = 32
export const PADDING_KIND = 0

/** Offsets inside a frame, counted in int32 words (`VALUE_DOUBLE`: in float64 words). */
export const LENGTH_WORD = 0
export const KIND_FLAGS_WORD = 1
export const CHANNEL_WORD = 2
export const ATTEMPT_WORD = 3
export const SEQUENCE_WORD = 4
export const RECORDS_WORD = 5
export const VALUE_DOUBLE = 3

/** Bytes that a frame of this length takes in the ring. */
export function alignedBytes(length: number): number {
  return (length + (FRAME_ALIGNMENT_BYTES - 1)) & -FRAME_ALIGNMENT_BYTES
}

export function packKindFlags(kind: number, flags: number): number {
  return kind | (flags << 8)
}

export function unpackKind(word: number): number {
  return word & 0xff
}

export function unpackFlags(word: number): number {
  return (word >>> 8) & 0xff
}
