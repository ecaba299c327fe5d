import { nextWindow } from '../channel/credit-window.ts'
import type { Mailbox } from '../channel/mailbox.ts'
import type { Clock } from '../core/clock.ts'
import type { Inbound } from './inbound.ts'
import { WINDOW_BYTES_MIN, WINDOW_LOOK_MS } from './turn-limits.ts'

/** Has what is in flight to an actor follow its rate. Looks when batches were processed, so it costs idle actors nothing, and others a clock's reading a batch. */
export class InFlight {
  readonly #mailbox: Mailbox
  readonly #inbounds: readonly Inbound[]
  readonly #clock: Clock
  readonly #drainMs: number
  /** By channel, the last look before which something of it was processed. */
  readonly #seen: Uint32Array
  #look = 1
  #lookedMs: number
  #consumedBytes = 0
  #channels = 0
  #starved = true

  constructor(mailbox: Mailbox, inbounds: readonly Inbound[], clock: Clock, drainMs: number) {
    this.#mailbox = mailbox
    this.#inbounds = inbounds
    this.#clock = clock
    this.#drainMs = drainMs
    this.#seen = new Uint32Array(inbounds.length)
    this.#lookedMs = clock.monotonicMs()
  }

  /** A batch was processed. */
  consumed(channel: number, costBytes: number): void {
    this.#consumedBytes += costBytes
    if (this.#seen[channel] !== this.#look) {
      this.#seen[channel] = this.#look
      this.#channels++
    }
    if (this.#mailbox.bytes === 0) this.#starved = true
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#lookedMs < WINDOW_LOOK_MS) return
    // While a barrier is waited for, what the others bring is not what the actor can do.
    if (!this.#mailbox.holds) this.#decide(nowMs)
    this.#look = (this.#look + 1) >>> 0
    this.#lookedMs = nowMs
    this.#consumedBytes = this.#channels = 0
    this.#starved = this.#mailbox.bytes === 0
  }

  #decide(nowMs: number): void {
    const { ledger } = this.#mailbox
    const { exclusiveBytes, windowBytes } = ledger
    const maxBytes = this.#inbounds.length === 1 ? exclusiveBytes : 2 * exclusiveBytes
    ledger.windowBytes = nextWindow({
      windowBytes,
      consumedBytes: this.#consumedBytes,
      overMs: nowMs - this.#lookedMs,
      channels: this.#channels,
      starved: this.#starved,
      drainMs: this.#drainMs,
      minBytes: Math.min(exclusiveBytes, WINDOW_BYTES_MIN),
      maxBytes,
    })
    if (ledger.windowBytes !== windowBytes) for (const inbound of this.#inbounds) inbound.windowed()
  }
}
