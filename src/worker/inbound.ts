import type { CreditTable } from '../channel/credit.ts'
import { FRAME_COST_BYTES } from '../channel/channel-sender.ts'
import type { Envelope, Mailbox } from '../channel/mailbox.ts'
import { FLAG_MORE, FragmentAssembler, type FrameHeader, FrameKind } from '../ring/index.ts'

/** The receiving end of one channel: puts what comes into the mailbox of its actor, and grants credit as frames are consumed. */
export class Inbound {
  readonly fromThread: number
  readonly toActor: number
  readonly #channel: number
  readonly #slot: number
  readonly #mailbox: Mailbox
  readonly #credits: CreditTable
  readonly #assembler = new FragmentAssembler()
  /** Batches in the mailbox, and the one that its actor has taken and not reported. */
  #unconsumed = 0
  /** What fragments of an incomplete batch have cost, and was not given back. */
  #owedBytes = 0

  /** @param slot position of the channel in the mailbox */
  constructor(channel: number, fromThread: number, toActor: number, slot: number, mailbox: Mailbox, credits: CreditTable) {
    this.#channel = channel
    this.fromThread = fromThread
    this.toActor = toActor
    this.#slot = slot
    this.#mailbox = mailbox
    this.#credits = credits
    credits.publish(channel, mailbox.ledger.limit(slot))
  }

  /** The window of the mailbox's channels has changed: its sender is told. Where it grows the limit goes first, so that whoever reads the window may rely on it. */
  windowed(): void {
    const { ledger } = this.#mailbox
    this.#credits.publish(this.#channel, ledger.widen(this.#slot))
    this.#credits.publishWindow(this.#channel, Number.isFinite(ledger.windowBytes) ? ledger.windowBytes : 0)
  }

  /** A frame by reference. */
  deliver(frame: Envelope): void {
    if (frame.kind === FrameKind.batch) this.#unconsumed++
    this.#mailbox.put(this.#slot, frame)
  }

  /**
   * A frame out of a ring. False when it was a fragment. A batch may be larger than the allowance, so its fragments give their credit back
   * before it is processed; but only while no other batch waits, else large batches would gather in the mailbox for the price of their ends.
   */
  receive(header: FrameHeader, payload: Uint8Array<ArrayBuffer>): boolean {
    if (header.kind !== FrameKind.batch) {
      this.deliver({ kind: header.kind, batch: null, payload: null, value: header.value, costBytes: 0 })
      return true
    }
    const costBytes = payload.length + FRAME_COST_BYTES
    const whole = this.#assembler.add(header, payload)
    if (whole === null) {
      if ((header.flags & FLAG_MORE) !== 0) this.#owedBytes += costBytes
      this.#payBack()
      return false
    }
    this.deliver({ kind: FrameKind.batch, batch: null, payload: whole, value: 0, costBytes: costBytes + this.#owedBytes })
    this.#owedBytes = 0
    return true
  }

  /** The oldest batch of the mailbox was processed. */
  consumed(costBytes: number): void {
    this.#unconsumed--
    this.#grant(costBytes)
    this.#payBack()
  }

  #payBack(): void {
    if (this.#owedBytes === 0 || this.#unconsumed > 0) return
    this.#grant(this.#owedBytes)
    this.#owedBytes = 0
  }

  #grant(costBytes: number): void {
    this.#credits.publish(this.#channel, this.#mailbox.ledger.consume(this.#slot, costBytes, this.#mailbox.hasBacklog(this.#slot)))
  }
}
