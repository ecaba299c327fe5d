import { Mailbox } from '../channel/mailbox.ts'
import type { CreditTable } from '../channel/credit.ts'
import { BatchDecoder, type CodecMode } from '../codec/index.ts'
import { MillraceError } from '../errors.ts'
import type { Channel } from '../graph/plan.ts'
import { OUTLET_COMMITTED_BYTES_MAX } from '../limits.ts'
import { Inbound } from '../worker/inbound.ts'
import { CommittedFrames } from './committed-frames.ts'
import { RecordReader } from './record-reader.ts'

/**
 * 'immediate': records as they come; after a restart of the job those of the interrupted checkpoint interval come again, except what was not
 * read yet. 'committed': records of complete checkpoints only, each exactly once however often the job restarts, up to a checkpoint interval later.
 */
export type Delivery = 'immediate' | 'committed'

/**
 * Records that a run hands to the app thread, in batches, under credit: a reader that does not read stops the job's senders, not the process.
 */
export class Outlet<T = unknown> implements AsyncIterable<T> {
  readonly name: string
  readonly #decoder: BatchDecoder
  readonly #frames: CommittedFrames
  #delivery: Delivery | null = null
  #mailbox: Mailbox | null = null
  #inbounds: readonly Inbound[] = []
  #ringSender: (thread: number) => void = () => {}
  /** Parts of batches that a reader left behind. */
  readonly #leftOver: T[][] = []
  #ended = false
  #failure: MillraceError | null = null
  #waiting: (() => void) | null = null
  #absorbs = false
  readonly #absorbedMuch: () => void

  /** @internal */
  constructor(name: string, mode: CodecMode, wantCheckpoint: () => void, absorbedMuch: () => void) {
    this.name = name
    this.#absorbedMuch = absorbedMuch
    this.#decoder = new BatchDecoder({ name: `outlet-${name}`, mode })
    this.#frames = new CommittedFrames(wantCheckpoint)
  }

  /** Record by record. A reader that leaves early leaves what it has not read to the next. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return new RecordReader<T>(
      () => this.#take(),
      () => this.#next(),
      (records) => void this.#leftOver.unshift(records),
    )
  }

  /** As they crossed: arrays of up to 1,024 records. Several readers share the records. */
  async *batches(): AsyncIterableIterator<T[]> {
    for (;;) {
      const batch = this.#take() ?? (await this.#next())
      if (batch === null) return
      yield batch
    }
  }

  /** All records until the end of the run. */
  async collect(): Promise<T[]> {
    const records: T[] = []
    for await (const batch of this.batches()) for (const record of batch) records.push(record)
    return records
  }

  /** @internal Says how records are delivered; the first one to say so decides. */
  deliver(delivery: Delivery | undefined): void {
    const wanted = delivery ?? this.#delivery ?? 'immediate'
    if (wanted !== 'immediate' && wanted !== 'committed') {
      throw new MillraceError('MR_OPTION_INVALID', `delivery=${JSON.stringify(wanted)} is not one of immediate, committed`)
    }
    if (this.#delivery !== null && this.#delivery !== wanted) {
      throw new MillraceError(
        'MR_OPTION_INVALID',
        `The outlet "${this.name}" is read as '${this.#delivery}' already; it cannot be '${wanted}' as well`,
      )
    }
    this.#delivery = wanted
    if (wanted === 'committed') this.#takeIn()
  }

  /** @internal Channels of a new attempt, which began at a checkpoint. What came behind that checkpoint's barrier comes again. */
  connect(
    channels: readonly Channel[],
    credits: CreditTable,
    mailboxBytes: number,
    restoredCheckpoint: number,
    ring: (thread: number) => void,
  ): readonly Inbound[] {
    this.#frames.restart(this.#mailbox, channels.length, restoredCheckpoint)
    const mailbox = new Mailbox(channels.length, mailboxBytes)
    this.#mailbox = mailbox
    this.#ringSender = ring
    this.#inbounds = channels.map((channel, slot) => new Inbound(channel.id, channel.fromThread, channel.toActor, slot, mailbox, credits))
    this.#notify()
    return this.#inbounds
  }

  /** @internal */
  arrived(): void {
    this.#takeIn()
    this.#notify()
  }

  /** @internal */
  checkpointCompleted(checkpoint: number): void {
    this.#frames.completed(checkpoint)
    this.#takeIn()
    this.#notify()
  }

  /** @internal A checkpoint failed, and some time has passed since. */
  checkpointGivenUp(checkpoint: number): void {
    this.#frames.settled(checkpoint)
    this.#takeIn()
  }

  /** @internal The run is to stop: what is still on its way, a bounded amount, is taken in at once, so that no reader holds up the end. */
  absorb(): void {
    this.#absorbs = true
    this.#takeIn()
  }

  /** @internal The run is over: readers end after what is here, or with its failure. */
  close(failure: MillraceError | null): void {
    this.absorb()
    this.#ended = true
    this.#failure = failure
    this.#notify()
  }

  /** The next batch once there is one; null at the end. */
  async #next(): Promise<T[] | null> {
    for (;;) {
      const batch = this.#take()
      if (batch !== null) return batch
      if (this.#failure !== null) throw this.#failure
      if (this.#ended) return null
      await this.#wait()
    }
  }

  #take(): T[] | null {
    const left = this.#leftOver.shift()
    if (left !== undefined) return left
    const payload = this.#takePayload()
    return payload === null ? null : (this.#decoder.decode(payload).records() as T[])
  }

  #takePayload(): Uint8Array | null {
    const payload = this.#frames.shift(this.#delivery !== 'committed')
    if (payload !== null) {
      if (this.#delivery === 'committed') this.#takeIn()
      return payload
    }
    return this.#delivery === 'committed' || this.#mailbox === null ? null : this.#frames.pass(this.#mailbox, this.#consumed)
  }

  /** Moves frames out of the mailbox without waiting for a reader, where that is the way of the delivery or of the end. */
  #takeIn(): void {
    if (this.#mailbox === null) return
    if (this.#absorbs) {
      this.#frames.takeAll(this.#mailbox, this.#consumed)
      if (this.#frames.bytes >= OUTLET_COMMITTED_BYTES_MAX) this.#absorbedMuch()
    } else if (this.#delivery === 'committed') this.#frames.take(this.#mailbox, this.#consumed)
  }

  readonly #consumed = (slot: number, costBytes: number): void => {
    const inbound = this.#inbounds[slot]!
    inbound.consumed(costBytes)
    this.#ringSender(inbound.fromThread)
  }

  async #wait(): Promise<void> {
    await new Promise<void>((resolve) => {
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
