import { MillraceError } from '../errors.ts'
import { FrameHeader, type FrameKind } from './frame-header.ts'
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
  PADDING_KIND,
  RECORDS_WORD,
  SEQUENCE_WORD,
  SPACE_WANTED_OFFSET,
  TAIL_OFFSET,
  unpackFlags,
  unpackKind,
  VALUE_DOUBLE,
} from './layout.ts'
import { PayloadMemory } from './payload-memory.ts'
import { openRing, type RingMemory } from './ring-memory.ts'

const TAIL = TAIL_OFFSET >> 2
const HEAD = HEAD_OFFSET >> 2
const SPACE_WANTED = SPACE_WANTED_OFFSET >> 2

/** Receives one frame. The header is reused for the next frame; the payload is a private copy that the receiver keeps. */
export type FrameHandler = (header: FrameHeader, payload: Uint8Array<ArrayBuffer>) => void

/**
 * The reading end of a ring: one per ring at a time.
 *
 * The head moves after frames were handed over, so frames that a thread was handling when it was terminated are delivered again to the
 * consumer that replaces it: each published frame is seen by at least one of them, and twice only if the first died in `drain()`.
 */
export class RingConsumer {
  readonly #memory: RingMemory
  readonly #capacity: number
  readonly #payloads: PayloadMemory
  readonly #header = new FrameHeader()
  /** Only this thread moves the head, so its own copy is exact. */
  #head: number
  /** The head as stored for the producer; lags behind within a drain. */
  #released: number
  #draining = false

  /** @throws MR_RING_INVALID when the buffer was not made by `createRing()` */
  constructor(ring: SharedArrayBuffer) {
    this.#memory = openRing(ring)
    this.#capacity = this.#memory.capacityBytes
    this.#head = Atomics.load(this.#memory.words, HEAD)
    this.#released = this.#head
    this.#payloads = new PayloadMemory(this.#capacity / 4)
  }

  /** Whether there is nothing to drain at this moment. Looks at shared memory: fit for the last look before a sleep. */
  get isEmpty(): boolean {
    return Atomics.load(this.#memory.words, TAIL) === this.#head
  }

  /**
   * Hands over frames in the order in which they were published, as many as were there when it began, at least one, and stops after
   * the frame that reaches `maxBytes` (default: no limit). When the handler throws, the error passes through and that frame counts as consumed.
   *
   * @returns bytes that became free, headers and padding included; 0 when the ring was empty
   * @throws MR_FRAME_CORRUPT when the memory holds no valid frame where one must be; the ring cannot be used any more
   * @throws MR_RING_INVALID when called by its own handler
   */
  drain(onFrame: FrameHandler, maxBytes = Infinity): number {
    if (this.#draining) throw new MillraceError('MR_RING_INVALID', 'drain() was called by its own handler')
    const available = (Atomics.load(this.#memory.words, TAIL) - this.#head) | 0
    if (available === 0) return 0
    const start = this.#head
    this.#draining = true
    try {
      let drained = 0
      do {
        this.#next(onFrame, available - drained)
        drained = (this.#head - start) | 0
      } while (drained < available && drained < maxBytes)
      return drained
    } finally {
      this.#draining = false
      this.#release()
    }
  }

  /**
   * Whether the producer met a full ring since this was last asked. Ask after a drain: if true, ring the producer's bell.
   * One atomic load when it is false.
   */
  takeSpaceWanted(): boolean {
    const { words } = this.#memory
    return Atomics.load(words, SPACE_WANTED) !== 0 && Atomics.exchange(words, SPACE_WANTED, 0) !== 0
  }

  /**
   * Optional: hands back the memory of a payload that nobody looks at any more, no view of it included. Later payloads of about its size
   * are copied into it, which halves the cost of receiving frames of some KiB. Up to a quarter of the ring's capacity is kept.
   *
   * @throws MR_RING_INVALID when the payload was handed back before
   */
  recycle(payload: Uint8Array<ArrayBuffer>): void {
    this.#payloads.recycle(payload)
  }

  /** Hands over one frame, skipping padding. */
  #next(onFrame: FrameHandler, available: number): void {
    const { shared, words, doubles } = this.#memory
    const offset = FRAMES_OFFSET + (this.#head & (this.#capacity - 1))
    const word = offset >> 2
    const length = words[word + LENGTH_WORD]!
    const kindFlags = words[word + KIND_FLAGS_WORD]!
    const kind = unpackKind(kindFlags)
    const frameBytes = alignedBytes(length)
    const smallest = kind === PADDING_KIND ? FRAME_ALIGNMENT_BYTES : FRAME_HEADER_BYTES
    if (length < smallest || frameBytes > available || offset + frameBytes > shared.byteLength) throw this.#corrupt(length, kind)
    if (kind === PADDING_KIND) {
      this.#head = (this.#head + frameBytes) | 0
      return
    }
    const header = this.#header
    header.kind = kind as FrameKind
    header.flags = unpackFlags(kindFlags)
    header.channel = words[word + CHANNEL_WORD]!
    header.attempt = words[word + ATTEMPT_WORD]!
    header.sequence = words[word + SEQUENCE_WORD]!
    header.records = words[word + RECORDS_WORD]!
    header.value = doubles[(offset >> 3) + VALUE_DOUBLE]!
    header.length = length - FRAME_HEADER_BYTES
    const payload = this.#payloads.copy(shared, offset + FRAME_HEADER_BYTES, header.length)
    this.#head = (this.#head + frameBytes) | 0
    onFrame(header, payload)
  }

  #release(): void {
    if (this.#released === this.#head) return
    this.#released = this.#head
    Atomics.store(this.#memory.words, HEAD, this.#head)
  }

  #corrupt(length: number, kind: number): MillraceError {
    return new MillraceError('MR_FRAME_CORRUPT', `the ring holds no frame at position ${this.#head}: length=${length} kind=${kind}`)
  }
}
