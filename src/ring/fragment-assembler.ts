import { MillraceError } from '../errors.ts'
import { BATCH_BYTES_MAX } from '../limits.ts'
import { FLAG_CONTINUED, FLAG_MORE, type FrameHeader } from './frame-header.ts'

/**
 * Puts the fragments of one channel together again. What a header says besides its flags is the same in each fragment, so the header of
 * the last one describes the whole payload.
 */
export class FragmentAssembler {
  readonly #maxBytes: number
  readonly #parts: Uint8Array[] = []
  #attempt = -Infinity
  #sequence = 0
  #bytes = 0

  /** @param maxBytes largest payload accepted, default {@link BATCH_BYTES_MAX} */
  constructor(maxBytes: number = BATCH_BYTES_MAX) {
    this.#maxBytes = maxBytes
  }

  /** Bytes of the payload of which not all fragments have come. */
  get pendingBytes(): number {
    return this.#bytes
  }

  /**
   * Takes the next frame of the channel.
   *
   * @returns its payload when it is complete, else null. The first frame of a newer attempt drops what an older one left
   *   incomplete; from then on frames of the older attempt are dropped themselves.
   * @throws MR_FRAME_CORRUPT when a fragment does not continue what came before it
   * @throws MR_RECORD_TOO_LARGE when the payload grows beyond `maxBytes`
   */
  add(header: FrameHeader, payload: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
    if (header.attempt < this.#attempt) return null
    if (header.attempt > this.#attempt) {
      this.clear()
      this.#attempt = header.attempt
    }
    this.#checkContinues(header)
    if (this.#parts.length === 0 && (header.flags & FLAG_MORE) === 0) return payload
    this.#keep(header, payload)
    return (header.flags & FLAG_MORE) === 0 ? this.#join() : null
  }

  /** Drops what is incomplete. */
  clear(): void {
    this.#parts.length = 0
    this.#bytes = 0
  }

  #checkContinues(header: FrameHeader): void {
    const continued = (header.flags & FLAG_CONTINUED) !== 0
    const pending = this.#parts.length > 0
    if (continued === pending && (!pending || header.sequence === this.#sequence)) return
    const expected = pending ? `a fragment of sequence=${this.#sequence} attempt=${this.#attempt}` : 'a first fragment'
    throw new MillraceError(
      'MR_FRAME_CORRUPT',
      `channel=${header.channel}: expected ${expected}, got sequence=${header.sequence} attempt=${header.attempt} flags=${header.flags}`,
    )
  }

  #keep(header: FrameHeader, payload: Uint8Array): void {
    if (this.#bytes + payload.length > this.#maxBytes) {
      this.clear()
      throw new MillraceError('MR_RECORD_TOO_LARGE', `channel=${header.channel}: a payload in fragments exceeds maxBytes=${this.#maxBytes}`)
    }
    this.#sequence = header.sequence
    this.#bytes += payload.length
    this.#parts.push(payload)
  }

  #join(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.#bytes)
    let at = 0
    for (const part of this.#parts) {
      whole.set(part, at)
      at += part.length
    }
    this.clear()
    return whole
  }
}
