import { MillraceError } from '../errors.ts'
import { RING_CONTROL_RESERVE_BYTES } from '../limits.ts'
import { type FrameHeader, FrameKind } from './frame-header.ts'
import {
  alignedBytes,
  ATTEMPT_WORD,
  CHANNEL_WORD,
  FRAME_ALIGNMENT_BYTES,
  FRAME_HEADER_BYTES,
  FRAMES_OFFSET,
  HEAD_OFFSET,
  KIND_FLAGS_WORD,
  LENGTH_WORD,
  packKindFlags,
  PADDING_KIND,
  RECORDS_WORD,
  SEQUENCE_WORD,
  SPACE_WANTED_OFFSET,
  TAIL_OFFSET,
  VALUE_DOUBLE,
} from './layout.ts'
import { openRing, type RingMemory } from './ring-memory.ts'

const TAIL = TAIL_OFFSET >> 2
const HEAD = HEAD_OFFSET >> 2
const SPACE_WANTED = SPACE_WANTED_OFFSET >> 2

/**
 * The writing end of a ring: one per ring at a time.
 *
 * A frame is written behind the tail, where the consumer never looks, and becomes visible as a whole when the tail moves past it: one
 * atomic store per frame. A producer that dies before that store leaves nothing behind. All it needs to know is in shared memory, so
 * a new producer on the same ring goes on where the old one stopped - once the old thread is known to have ended.
 */
export class RingProducer {
  /** Largest payload of one frame. A frame of this size fits into an empty ring wherever it begins; send larger payloads with a `FragmentWriter`. */
  readonly maxPayloadBytes: number

  readonly #memory: RingMemory
  readonly #capacity: number
  /** Only this thread moves the tail, so its own copy is exact. */
  #tail: number
  /** The head as last seen: it may have moved on since, so there is at least as much room as it says. */
  #head: number

  /** @throws MR_RING_INVALID when the buffer was not made by `createRing()` */
  constructor(ring: SharedArrayBuffer) {
    this.#memory = openRing(ring)
    this.#capacity = this.#memory.capacityBytes
    this.#tail = Atomics.load(this.#memory.words, TAIL)
    this.#head = Atomics.load(this.#memory.words, HEAD)
    const half = (this.#capacity - RING_CONTROL_RESERVE_BYTES) / 2
    this.maxPayloadBytes = (half & -FRAME_ALIGNMENT_BYTES) - FRAME_HEADER_BYTES
  }

  /** Bytes that are free now, headers, padding and the reserve for control frames included. */
  get freeBytes(): number {
    this.#head = Atomics.load(this.#memory.words, HEAD)
    return this.#capacity - ((this.#tail - this.#head) | 0)
  }

  /**
   * Writes and publishes one frame.
   *
   * @param payload bytes to copy, or null for none; from `payloadFrom` (default 0) up to `payloadTo` (default its length)
   * @returns false when the ring is full: nothing was written, try again later. The consumer then finds `takeSpaceWanted()` true
   *   after its next drain, and can ring the bell of this thread.
   * @throws MR_RECORD_TOO_LARGE when the payload exceeds `maxPayloadBytes`
   * @throws MR_OPTION_INVALID when the range does not lie in the payload
   */
  offer(header: FrameHeader, payload: Uint8Array | null, payloadFrom = 0, payloadTo = payload === null ? 0 : payload.length): boolean {
    const payloadBytes = payloadTo - payloadFrom
    if (payloadBytes > this.maxPayloadBytes) throw this.#tooLarge(payloadBytes)
    if (!(payloadFrom >= 0 && payloadBytes >= 0 && payloadTo <= (payload === null ? 0 : payload.length))) {
      throw new MillraceError('MR_OPTION_INVALID', `payloadFrom=${payloadFrom} payloadTo=${payloadTo} lie outside of the payload`)
    }
    const frameBytes = alignedBytes(FRAME_HEADER_BYTES + payloadBytes)
    const toEnd = this.#capacity - (this.#tail & (this.#capacity - 1))
    const paddingBytes = toEnd < frameBytes ? toEnd : 0
    const reserveBytes = header.kind === FrameKind.batch ? RING_CONTROL_RESERVE_BYTES : 0
    if (!this.#hasRoom(paddingBytes + frameBytes + reserveBytes)) return false
    if (paddingBytes > 0) this.#writePadding(paddingBytes)
    this.#writeFrame((this.#tail + paddingBytes) | 0, header, payload, payloadFrom, payloadTo)
    this.#tail = (this.#tail + paddingBytes + frameBytes) | 0
    Atomics.store(this.#memory.words, TAIL, this.#tail)
    return true
  }

  #hasRoom(neededBytes: number): boolean {
    if (neededBytes <= this.#capacity - ((this.#tail - this.#head) | 0)) return true
    if (neededBytes <= this.freeBytes) return true
    // Announce, then look again: either this sees the consumer's newest head, or the consumer sees the announcement after storing it.
    Atomics.store(this.#memory.words, SPACE_WANTED, 1)
    return neededBytes <= this.freeBytes
  }

  #writePadding(paddingBytes: number): void {
    const word = (FRAMES_OFFSET + (this.#tail & (this.#capacity - 1))) >> 2
    this.#memory.words[word + LENGTH_WORD] = paddingBytes
    this.#memory.words[word + KIND_FLAGS_WORD] = PADDING_KIND
  }

  #writeFrame(position: number, header: FrameHeader, payload: Uint8Array | null, from: number, to: number): void {
    const { words, doubles, bytes } = this.#memory
    const offset = FRAMES_OFFSET + (position & (this.#capacity - 1))
    const word = offset >> 2
    words[word + LENGTH_WORD] = FRAME_HEADER_BYTES + to - from
    words[word + KIND_FLAGS_WORD] = packKindFlags(header.kind, header.flags)
    words[word + CHANNEL_WORD] = header.channel
    words[word + ATTEMPT_WORD] = header.attempt
    words[word + SEQUENCE_WORD] = header.sequence
    words[word + RECORDS_WORD] = header.records
    doubles[(offset >> 3) + VALUE_DOUBLE] = header.value
    if (payload === null || to === from) return
    const whole = to - from === payload.length
    bytes.set(whole ? payload : new Uint8Array(payload.buffer, payload.byteOffset + from, to - from), offset + FRAME_HEADER_BYTES)
  }

  #tooLarge(payloadBytes: number): MillraceError {
    return new MillraceError(
      'MR_RECORD_TOO_LARGE',
      `a payload of ${payloadBytes} bytes does not fit into one frame, maxPayloadBytes=${this.maxPayloadBytes}: send it with a FragmentWriter`,
    )
  }
}
