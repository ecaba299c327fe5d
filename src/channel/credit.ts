import { CHANNEL_ALLOWANCE_BYTES_MIN } from '../limits.ts'

const NO_CHANNELS = new Float64Array(0)

/**
 * Credit of one mailbox: how far each of its channels' senders may write, as absolute byte positions (as in QUIC and Aeron), so a grant is one
 * store and cannot be counted twice. Each channel has an exclusive allowance; the rest of the budget floats to channels with a backlog (as
 * in Flink). Pure: whoever owns it publishes the limits.
 *
 * Each channel has a window beside: while the actor is slow, no more than that is granted anew (see src/channel/credit-window.ts), so what is in flight follows its rate.
 *
 * Law: the sum over all channels of (limit - consumed) never exceeds the budget.
 */
export class CreditLedger {
  readonly exclusiveBytes: number
  /** By channel: bytes consumed, then, behind all of these, limits. */
  readonly #positions: Float64Array
  readonly #channels: number
  #floatingBytes: number
  /** What each channel may have in flight at most; what was granted before stays granted. */
  windowBytes = Infinity

  constructor(budgetBytes: number, channels: number) {
    this.exclusiveBytes = exclusiveBytes(budgetBytes, channels)
    this.#floatingBytes = budgetBytes - this.exclusiveBytes * channels
    this.#channels = channels
    this.#positions = channels === 0 ? NO_CHANNELS : new Float64Array(2 * channels).fill(this.exclusiveBytes, channels)
  }

  limit(channel: number): number {
    return this.#positions[this.#channels + channel]!
  }

  /** Bytes that all senders together may still make this mailbox hold, what it holds included. */
  get outstandingBytes(): number {
    let sum = 0
    for (let i = 0; i < this.#channels; i++) sum += this.#positions[this.#channels + i]! - this.#positions[i]!
    return sum
  }

  /** The channel's oldest `bytes` left the mailbox. Returns the channel's new limit. */
  consume(channel: number, bytes: number, hasBacklog: boolean): number {
    const consumed = (this.#positions[channel]! += bytes)
    const limit = this.#positions[this.#channels + channel]!
    const extraBefore = Math.max(0, limit - (consumed - bytes) - this.exclusiveBytes)
    this.#floatingBytes += extraBefore
    // What was granted stays granted: a limit never goes back.
    const extraKept = Math.max(0, extraBefore - bytes)
    const wanted = hasBacklog ? Math.min(this.#floatingBytes, this.exclusiveBytes, this.windowBytes - this.exclusiveBytes) : 0
    const extra = Math.max(extraKept, wanted)
    this.#floatingBytes -= extra
    return this.#raise(channel, Math.min(this.exclusiveBytes, this.windowBytes) + extra)
  }

  /** The window has become larger: what a channel may have in flight anew. Returns its limit. */
  widen(channel: number): number {
    return this.#raise(channel, Math.min(this.exclusiveBytes, this.windowBytes))
  }

  #raise(channel: number, aheadBytes: number): number {
    const at = this.#channels + channel
    return (this.#positions[at] = Math.max(this.#positions[at]!, this.#positions[channel]! + aheadBytes))
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

/** The senders' view: limits of all channels of a job in shared memory, one Int32 each, wrapping around; behind them their windows. */
export class CreditTable {
  readonly #limits: Int32Array
  readonly #channels: number

  constructor(buffer: SharedArrayBuffer) {
    this.#limits = new Int32Array(buffer)
    this.#channels = this.#limits.length >> 1
  }

  static create(channels: number): SharedArrayBuffer {
    return new SharedArrayBuffer(Math.max(8, 8 * channels))
  }

  publish(channel: number, limit: number): void {
    Atomics.store(this.#limits, channel, (limit % 4294967296) | 0)
  }

  /** From now on frames are to be so small that two of them fit in; the limit goes first where the window grows. */
  publishWindow(channel: number, windowBytes: number): void {
    Atomics.store(this.#limits, this.#channels + channel, windowBytes)
  }

  /** What one frame may cost: half of the window, so that the next one can be under way while one is processed. */
  frameBytesMax(channel: number): number {
    const windowBytes = Atomics.load(this.#limits, this.#channels + channel)
    return windowBytes === 0 ? Infinity : windowBytes >> 1
  }

  /** Bytes that a sender at position `sent` may still write. */
  available(channel: number, sent: number): number {
    return (Atomics.load(this.#limits, channel) - sent) | 0
  }
}
