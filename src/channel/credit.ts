import { CHANNEL_ALLOWANCE_BYTES_MIN } from '../limits.ts'

/**
 * Credit of one mailbox: how far each of its channels' senders may write, as absolute byte positions (as in QUIC and Aeron), so a grant is one
 * store and cannot be counted twice. Each channel has an exclusive allowance; the rest of the budget floats to channels with a backlog (as
 * in Flink). Pure: whoever owns it publishes the limits.
 *
 * Law: the sum over all channels of (limit - consumed) never exceeds the budget.
 */
export class CreditLedger {
  readonly exclusiveBytes: number
  readonly #consumed: Float64Array
  readonly #limits: Float64Array
  #floatingBytes: number

  constructor(budgetBytes: number, channels: number) {
    this.exclusiveBytes = exclusiveBytes(budgetBytes, channels)
    this.#floatingBytes = budgetBytes - this.exclusiveBytes * channels
    this.#consumed = new Float64Array(channels)
    this.#limits = new Float64Array(channels).fill(this.exclusiveBytes)
  }

  limit(channel: number): number {
    return this.#limits[channel]!
  }

  /** Bytes that all senders together may still make this mailbox hold, what it holds included. */
  get outstandingBytes(): number {
    let sum = 0
    for (let i = 0; i < this.#limits.length; i++) sum += this.#limits[i]! - this.#consumed[i]!
    return sum
  }

  /** The channel's oldest `bytes` left the mailbox. Returns the channel's new limit. */
  consume(channel: number, bytes: number, hasBacklog: boolean): number {
    const consumed = (this.#consumed[channel]! += bytes)
    const limit = this.#limits[channel]!
    const extraBefore = limit - (consumed - bytes) - this.exclusiveBytes
    this.#floatingBytes += extraBefore
    // What was granted stays granted: a limit never goes back.
    const extraKept = Math.max(0, extraBefore - bytes)
    const extra = hasBacklog ? Math.max(extraKept, Math.min(this.#floatingBytes, this.exclusiveBytes)) : extraKept
    this.#floatingBytes -= extra
    return (this.#limits[channel] = consumed + this.exclusiveBytes + extra)
  }
}

/** What is ordered for a mailbox, or what its channels need for one small frame each: with less, nothing could ever be sent. */
export function mailboxBudget(orderedBytes: number, channels: number): number {
  return Math.max(orderedBytes, 2 * channels * CHANNEL_ALLOWANCE_BYTES_MIN)
}

/** Half of the budget is divided among the channels; a single channel has all of it. */
export function exclusiveBytes(budgetBytes: number, channels: number): number {
  return Math.floor(budgetBytes / (channels <= 1 ? 1 : 2 * channels))
}

/** The senders' view: limits of all channels of a job in shared memory, one Int32 each, wrapping around. */
export class CreditTable {
  readonly #limits: Int32Array

  constructor(buffer: SharedArrayBuffer) {
    this.#limits = new Int32Array(buffer)
  }

  static create(channels: number): SharedArrayBuffer {
    return new SharedArrayBuffer(Math.max(4, 4 * channels))
  }

  publish(channel: number, limit: number): void {
    Atomics.store(this.#limits, channel, (limit % 4294967296) | 0)
  }

  /** Bytes that a sender at position `sent` may still write. */
  available(channel: number, sent: number): number {
    return (Atomics.load(this.#limits, channel) - sent) | 0
  }
}
