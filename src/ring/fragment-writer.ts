import { MillraceError } from '../errors.ts'
import { FLAG_CONTINUED, FLAG_MORE, FrameHeader } from './frame-header.ts'
import type { RingProducer } from './ring-producer.ts'

/**
 * Sends payloads of any size, in fragments where one frame cannot hold them. One writer per channel: fragments of different channels may
 * alternate in a ring, those of one channel follow each other.
 *
 * All fragments of a payload carry its header; all but the last have FLAG_MORE, all but the first FLAG_CONTINUED.
 */
export class FragmentWriter {
  readonly #producer: RingProducer
  readonly #fragmentBytes: number
  readonly #header = new FrameHeader()
  #payload: Uint8Array | null = null
  /** Flags of the next fragment, FLAG_MORE aside. */
  #flags = 0
  #at = 0
  #end = 0

  /** @param fragmentBytes largest payload of one fragment, default and upper bound: what one frame of the ring can hold */
  constructor(producer: RingProducer, fragmentBytes: number = producer.maxPayloadBytes) {
    if (!(fragmentBytes >= 1)) throw new MillraceError('MR_OPTION_INVALID', `fragmentBytes=${fragmentBytes} is not at least 1`)
    this.#producer = producer
    this.#fragmentBytes = Math.min(Math.floor(fragmentBytes), producer.maxPayloadBytes)
  }

  /** Whether a payload is only partly written: `resume()` before the next `write()`. */
  get isPending(): boolean {
    return this.#payload !== null
  }

  /**
   * Sends a payload, or begins to. The header is copied; the payload is not, and must stay as it is until all of it is written.
   *
   * @returns true when all of it is in the ring, false when the ring is full: call `resume()` later. First fragments may be
   *   in the ring then: ring the receiver's bell before waiting for it
   * @throws MR_RING_INVALID when an earlier payload is pending
   */
  write(header: FrameHeader, payload: Uint8Array, payloadFrom = 0, payloadTo: number = payload.length): boolean {
    if (this.#payload !== null) throw new MillraceError('MR_RING_INVALID', 'write() was called while an earlier payload is pending')
    copyHeader(header, this.#header)
    this.#flags = header.flags
    this.#payload = payload
    this.#at = payloadFrom
    this.#end = payloadTo
    return this.resume()
  }

  /** Goes on with a pending payload. Returns true when nothing is pending any more. */
  resume(): boolean {
    while (this.#payload !== null) {
      const to = Math.min(this.#at + this.#fragmentBytes, this.#end)
      const more = to < this.#end
      this.#header.flags = this.#flags | (more ? FLAG_MORE : 0)
      if (!this.#producer.offer(this.#header, this.#payload, this.#at, to)) return false
      this.#at = to
      this.#flags |= FLAG_CONTINUED
      if (!more) this.#payload = null
    }
    return true
  }

  /** Forgets a pending payload, of an attempt that is over. The receiver drops its fragments when it sees a newer attempt. */
  abandon(): void {
    this.#payload = null
  }
}

function copyHeader(from: FrameHeader, to: FrameHeader): void {
  to.kind = from.kind
  to.channel = from.channel
  to.attempt = from.attempt
  to.sequence = from.sequence
  to.records = from.records
  to.value = from.value
}
