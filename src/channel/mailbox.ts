import type { ColumnBatch } from '../actor/contract.ts'
import { FrameKind } from '../ring/index.ts'
import { CreditLedger } from './credit.ts'

/** A received frame: a batch by reference, or the encoded payload of one, or a control frame. */
export interface Envelope {
  readonly kind: FrameKind
  readonly batch: ColumnBatch | null
  readonly payload: Uint8Array | null
  /** Time of a watermark, id of a barrier. */
  readonly value: number
  /** What it counts against the credit of its channel. */
  readonly costBytes: number
}

/** Frames of one channel in order of arrival. */
class ChannelQueue {
  #frames: Envelope[] = []
  #next = 0

  get isEmpty(): boolean {
    return this.#next === this.#frames.length
  }

  /** Of watermarks that follow each other the last says all: so those that nobody reads yet stay few. */
  push(frame: Envelope): void {
    const last = this.#frames.length - 1
    if (frame.kind === FrameKind.watermark && last >= this.#next && this.#frames[last]!.kind === FrameKind.watermark)
      this.#frames[last] = frame
    else this.#frames.push(frame)
  }

  shift(): Envelope {
    const frame = this.#frames[this.#next]!
    this.#frames[this.#next++] = undefined as never
    if (this.#next === this.#frames.length || this.#next > 1024) {
      this.#frames = this.#frames.slice(this.#next)
      this.#next = 0
    }
    return frame
  }
}

/**
 * What an actor has received and not processed: one queue per channel, bounded in bytes by credit. Channels are served in turn; one that
 * waits for the barrier of the others, or has ended, is passed over.
 */
export class Mailbox {
  readonly channelCount: number
  readonly ledger: CreditLedger
  /** Since it was made. */
  receivedBytes = 0
  /** Channel of the frame that `take` returned last. */
  lastChannel = -1
  readonly #queues: ChannelQueue[]
  readonly #held: boolean[]
  readonly #budgetBytes: number
  #cursor = 0
  #bytes = 0

  constructor(channels: number, budgetBytes: number) {
    this.#budgetBytes = budgetBytes
    this.channelCount = channels
    this.ledger = new CreditLedger(budgetBytes, channels)
    this.#queues = Array.from({ length: channels }, () => new ChannelQueue())
    this.#held = new Array<boolean>(channels).fill(false)
  }

  /** Received and unprocessed bytes. */
  get bytes(): number {
    return this.#bytes
  }

  /** Of what it may hold at present, 0 to 1. */
  get share(): number {
    return Math.min(1, this.#bytes / Math.min(this.#budgetBytes, this.channelCount * this.ledger.windowBytes))
  }

  put(channel: number, frame: Envelope): void {
    this.#queues[channel]!.push(frame)
    this.#bytes += frame.costBytes
    this.receivedBytes += frame.costBytes
  }

  /** The next frame of a channel that may be read, or null. */
  take(): Envelope | null {
    for (let tried = 0; tried < this.channelCount; tried++) {
      const channel = this.#cursor
      this.#cursor = channel + 1 === this.channelCount ? 0 : channel + 1
      if (this.#held[channel] || this.#queues[channel]!.isEmpty) continue
      const frame = this.#queues[channel]!.shift()
      this.#bytes -= frame.costBytes
      this.lastChannel = channel
      return frame
    }
    return null
  }

  get hasReadable(): boolean {
    for (let channel = 0; channel < this.channelCount; channel++) if (!this.#held[channel] && !this.#queues[channel]!.isEmpty) return true
    return false
  }

  /** Some channel is not read at present. */
  get holds(): boolean {
    return this.#held.includes(true)
  }

  hasBacklog(channel: number): boolean {
    return !this.#queues[channel]!.isEmpty
  }

  /** Stops reading a channel until `releaseAll`, while others still bring what belongs before the barrier. */
  hold(channel: number): void {
    this.#held[channel] = true
  }

  releaseAll(): void {
    this.#held.fill(false)
  }
}
