import { Mailbox } from '../channel/mailbox.ts'
import type { CreditTable } from '../channel/credit.ts'
import { BatchDecoder, type CodecMode } from '../codec/index.ts'
import type { MillraceError } from '../errors.ts'
import type { Channel } from '../graph/plan.ts'
import { FrameKind } from '../ring/index.ts'
import { Inbound } from '../worker/inbound.ts'

/**
 * Records that a run hands to the app thread, in batches, under credit: a reader that does not read stops the job's senders, not the process.
 * After a restart records of the interrupted checkpoint interval come again, except those that were not read yet.
 */
export class Outlet<T = unknown> implements AsyncIterable<T> {
  readonly name: string
  readonly #decoder: BatchDecoder
  #mailbox: Mailbox | null = null
  #inbounds: readonly Inbound[] = []
  #ringSender: (thread: number) => void = () => {}
  /** By channel: the last barrier that came. */
  #epochs: number[] = []
  #carried: Uint8Array[] = []
  #ended = false
  #failure: MillraceError | null = null
  #waiting: (() => void) | null = null
  #absorbs = false

  /** @internal */
  constructor(name: string, mode: CodecMode) {
    this.name = name
    this.#decoder = new BatchDecoder({ name: `outlet-${name}`, mode })
  }

  /** Record by record. */
  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for await (const batch of this.batches()) yield* batch
  }

  /** As they crossed: arrays of up to 1,024 records. Several readers share the records. */
  async *batches(): AsyncIterableIterator<T[]> {
    for (;;) {
      const batch = this.#take()
      if (batch !== null) yield batch
      else if (this.#failure !== null) throw this.#failure
      else if (this.#ended) return
      else await this.#wait()
    }
  }

  /** All records until the end of the run. */
  async collect(): Promise<T[]> {
    const records: T[] = []
    for await (const batch of this.batches()) for (const record of batch) records.push(record)
    return records
  }

  /** @internal Channels of a new attempt, which began at a checkpoint. What came behind that checkpoint's barrier comes again. */
  connect(channels: readonly Channel[], credits: CreditTable, mailboxBytes: number, restoredCheckpoint: number, ring: (thread: number) => void): readonly Inbound[] {
    this.#carryOver(restoredCheckpoint)
    const mailbox = new Mailbox(channels.length, mailboxBytes)
    this.#mailbox = mailbox
    this.#ringSender = ring
    this.#epochs = channels.map(() => restoredCheckpoint)
    this.#inbounds = channels.map((channel, slot) => new Inbound(channel.id, channel.fromThread, channel.toActor, slot, mailbox, credits))
    return this.#inbounds
  }

  /** @internal */
  arrived(): void {
    if (this.#absorbs) this.#absorb()
    this.#notify()
  }

  /** @internal The run is to stop: what is still on its way, a bounded amount, is taken in at once, so that no reader holds up the end. */
  absorb(): void {
    this.#absorbs = true
    this.#absorb()
  }

  /** @internal The run is over: readers end after what is here, or with its failure. */
  close(failure: MillraceError | null): void {
    this.#ended = true
    this.#failure = failure
    this.#notify()
  }

  #take(): T[] | null {
    const payload = this.#carried.shift() ?? this.#takePayload()
    return payload === null ? null : (this.#decoder.decode(payload).records() as T[])
  }

  #absorb(): void {
    for (let payload = this.#takePayload(); payload !== null; payload = this.#takePayload()) this.#carried.push(payload)
  }

  /** The next batch of the mailbox, whose room goes back to its sender. */
  #takePayload(): Uint8Array | null {
    for (let frame = this.#mailbox?.take() ?? null; frame !== null; frame = this.#mailbox!.take()) {
      const slot = this.#mailbox!.lastChannel
      if (frame.kind === FrameKind.batch) {
        this.#inbounds[slot]!.consumed(frame.costBytes)
        this.#ringSender(this.#inbounds[slot]!.fromThread)
        return frame.payload!
      }
      if (frame.kind === FrameKind.barrier) this.#epochs[slot] = frame.value
    }
    return null
  }

  #carryOver(restoredCheckpoint: number): void {
    if (this.#mailbox === null) return
    for (let frame = this.#mailbox.take(); frame !== null; frame = this.#mailbox.take()) {
      const slot = this.#mailbox.lastChannel
      if (frame.kind === FrameKind.barrier) this.#epochs[slot] = frame.value
      if (frame.kind === FrameKind.batch && this.#epochs[slot]! < restoredCheckpoint) this.#carried.push(frame.payload!)
    }
  }

  async #wait(): Promise<void> {
    await new Promise<void>(resolve => {
      const others = this.#waiting
      this.#waiting = () => {
        others?.()
        resolve()
      }
    })
  }

  #notify(): void {
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.()
  }
}
