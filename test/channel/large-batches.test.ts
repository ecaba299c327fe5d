import { describe, expect, test } from 'vitest'
import { CreditTable } from '../../src/channel/credit.ts'
import { type Envelope, Mailbox } from '../../src/channel/mailbox.ts'
import { PeerRing } from '../../src/channel/peer-ring.ts'
import { RingSender } from '../../src/channel/ring-sender.ts'
import { BatchEncoder } from '../../src/codec/index.ts'
import { Doorbell, FrameKind, RingConsumer, createDoorbells, createRing } from '../../src/ring/index.ts'
import { Inbound } from '../../src/worker/inbound.ts'

const MAILBOX_BYTES = 8 * 1024

/** Both ends of one channel, on one thread. */
class Ends {
  readonly mailbox = new Mailbox(1, MAILBOX_BYTES)
  readonly sender: RingSender
  readonly #consumer: RingConsumer
  readonly #inbound: Inbound

  constructor() {
    const ring = createRing(64 * 1024)
    const credits = new CreditTable(CreditTable.create(1))
    this.#inbound = new Inbound(0, 0, 0, 0, this.mailbox, credits)
    const peer = new PeerRing(ring, new Doorbell(createDoorbells(1), 0))
    this.sender = new RingSender(0, 1, credits, MAILBOX_BYTES, peer, new BatchEncoder({ name: 'edge' }))
    this.#consumer = new RingConsumer(ring)
  }

  /** Moves what credit allows to move. */
  pump(): void {
    do this.sender.flush()
    while (this.#consumer.drain((header, payload) => void this.#inbound.receive(header, payload)) > 0)
  }

  take(): Envelope | null {
    const frame = this.mailbox.take()
    if (frame !== null && frame.kind === FrameKind.batch) this.#inbound.consumed(frame.costBytes)
    return frame
  }
}

function payloadOf(bytes: number, n: number): Uint8Array {
  return new Uint8Array(bytes).fill(n)
}

// Sizes around one fragment (half of the allowance), where all but the last few bytes have travelled in fragments before.
describe.each([4_000, 4_064, 4_065, 4_100, 8_200, 50_000])('batches of %i bytes in a mailbox of 8 KiB', (bytes) => {
  test('wait at the sender: the mailbox holds its budget, and one batch at most besides', () => {
    const ends = new Ends()
    for (let n = 0; n < 100; n++) {
      ends.sender.sendEncoded(payloadOf(bytes, n), 1)
      ends.pump()
    }
    let held = 0
    for (let frame = ends.mailbox.take(); frame !== null; frame = ends.mailbox.take()) held += frame.payload!.length
    expect(held).toBeGreaterThan(0)
    expect(held).toBeLessThanOrEqual(MAILBOX_BYTES + bytes)
  })

  test('all arrive, in order, with barriers between them', () => {
    const ends = new Ends()
    const seen: number[] = []
    for (let n = 0; n < 20; n++) {
      ends.sender.sendEncoded(payloadOf(bytes, n), 1)
      ends.sender.sendControl(FrameKind.barrier, n)
    }
    for (let idle = 0; idle < 2; idle++) {
      ends.pump()
      for (let frame = ends.take(); frame !== null; frame = ends.take()) {
        idle = -1
        if (frame.kind === FrameKind.batch) expect(Buffer.compare(frame.payload!, payloadOf(bytes, seen.length / 2))).toBe(0)
        seen.push(frame.kind === FrameKind.batch ? frame.payload![0]! : frame.value)
        ends.pump()
      }
    }
    expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => i >> 1))
  })
})
