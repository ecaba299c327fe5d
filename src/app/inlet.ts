import type { CreditTable } from '../channel/credit.ts'
import type { PeerRing } from '../channel/peer-ring.ts'
import { RingSender } from '../channel/ring-sender.ts'
import { BatchDecoder, BatchEncoder, type CodecMode, type RecordContext, assertSerializable } from '../codec/index.ts'
import { MillraceError } from '../errors.ts'
import { BATCH_RECORDS_DEFAULT } from '../limits.ts'
import { FrameKind } from '../ring/index.ts'
import { InletLog } from './inlet-log.ts'

/** How an inlet reaches its source actor in one attempt. */
export interface InletRoute {
  readonly attempt: number
  readonly channel: number
  readonly credits: CreditTable
  readonly exclusiveBytes: number
  readonly ring: PeerRing
}

/** What an inlet is made of. */
export interface InletParts {
  readonly name: string
  /** `file:line:column` of its definition. */
  readonly site: string
  readonly mode: CodecMode
  /** Freezes what is pushed, or null. */
  readonly freeze: ((record: unknown) => void) | null
  /** Tells the app thread's pump that something was sent. */
  readonly wake: () => void
  /** Runs a function in a later turn of the event loop. */
  readonly defer: (fn: () => void) => void
}

/**
 * Where the app thread pushes records into a run. What was pushed is kept until a checkpoint has made it durable, so a restart of the job loses
 * nothing; a crash of the process loses what `committed` does not cover.
 */
export class Inlet<T = unknown> {
  readonly name: string
  readonly #parts: InletParts
  readonly #context: RecordContext
  readonly #encoder: BatchEncoder
  readonly #log: InletLog
  #buffer: T[] = []
  #sender: RingSender | null = null
  #flushScheduled = false
  #ending = false
  #endSent = false
  #closedBy: MillraceError | null = null
  #room: { readonly promise: Promise<void>; readonly resolve: () => void } | null = null

  /** @internal */
  constructor(parts: InletParts) {
    const { name, site, mode } = parts
    this.name = name
    this.#parts = parts
    this.#context = { operator: name, site }
    this.#encoder = this.#newEncoder()
    this.#log = new InletLog(new BatchDecoder({ name: `inlet-${name}`, mode }))
  }

  /** Number of records that are durable: what precedes this position needs no second push, whatever happens. */
  get committed(): number {
    return this.#log.committed
  }

  /**
   * Hands over a record; resolves at once while there is room, else when there is. Resolves to the record's position, counted from 1.
   *
   * @throws MillraceError MR_RECORD_NOT_SERIALIZABLE, with the path of the field: nothing was pushed; MR_RUN_ENDED after the end of the run, or its error
   */
  async push(record: T): Promise<number> {
    while (!this.tryPush(record)) await this.#whenRoom()
    return this.#log.end + this.#buffer.length
  }

  /** Hands over a record if there is room now. Throws as {@link push} does. */
  tryPush(record: T): boolean {
    if (this.#closedBy !== null) throw this.#closedBy
    if (this.#ending) throw new MillraceError('MR_RUN_ENDED', `The inlet "${this.name}" was drained; nothing can be pushed any more`)
    if (this.#buffer.length >= BATCH_RECORDS_DEFAULT && !this.#seal()) return false
    // Here and not when the batch is encoded: whoever pushed it is to know, and its neighbours are not to suffer.
    assertSerializable(record, this.#context)
    this.#parts.freeze?.(record)
    this.#buffer.push(record)
    if (this.#buffer.length >= BATCH_RECORDS_DEFAULT) this.#seal()
    else if (!this.#flushScheduled) this.#scheduleFlush()
    return true
  }

  /** @internal A new attempt of the job reads on from `position`. */
  connect(route: InletRoute, position: number): void {
    this.#sender = new RingSender(route.channel, route.attempt, route.credits, route.exclusiveBytes, route.ring, this.#encoder)
    this.#endSent = false
    this.#log.rewind(position, records => new Uint8Array(this.#newEncoder().encode(records, 0, records.length, null)))
    this.pump()
  }

  /** @internal The attempt is over; what is pushed waits for the next. */
  disconnect(): void {
    this.#sender = null
  }

  /** @internal */
  commit(position: number): void {
    this.#log.commit(position)
    this.#releaseRoom()
  }

  /** @internal Sends what there is room for. */
  pump(): void {
    const sender = this.#sender
    if (sender === null) return
    while (sender.flush()) {
      const batch = this.#log.next()
      if (batch !== null) sender.sendEncoded(batch.payload, batch.count)
      else if (this.#buffer.length > 0 && !this.#log.isFull) this.#append()
      else break
    }
    if (this.#ending && !this.#endSent && this.#log.isSent && this.#buffer.length === 0) {
      this.#endSent = true
      sender.sendControl(FrameKind.end, 0)
      sender.flush()
    }
    if (this.#buffer.length < BATCH_RECORDS_DEFAULT) this.#releaseRoom()
  }

  /** @internal No more records: the source actor ends after what was pushed. */
  end(): void {
    this.#ending = true
    this.pump()
    this.#parts.wake()
  }

  /** @internal The run is over. */
  close(reason: MillraceError): void {
    this.#closedBy = reason
    this.#sender = null
    this.#releaseRoom()
  }

  /** Moves the buffer into the log and on. False when the log is full or earlier batches wait for credit. */
  #seal(): boolean {
    if (this.#log.isFull || !this.#log.isSent || (this.#sender !== null && !this.#sender.flush())) return false
    this.#append()
    this.pump()
    this.#parts.wake()
    return true
  }

  /** What was pushed can be encoded, unless it was changed since or is too large: then the inlet is of no use any more, and says so. */
  #append(): void {
    const records = this.#buffer
    this.#buffer = []
    try {
      this.#log.append(new Uint8Array(this.#encoder.encode(records, 0, records.length, null)), records.length)
    } catch (error) {
      this.#closedBy = error as MillraceError
      this.#releaseRoom()
    }
  }

  #newEncoder(): BatchEncoder {
    return new BatchEncoder({ name: `inlet-${this.name}`, mode: this.#parts.mode, ...this.#context })
  }

  #scheduleFlush(): void {
    this.#flushScheduled = true
    this.#parts.defer(() => {
      this.#flushScheduled = false
      if (this.#closedBy !== null) return
      this.pump()
      this.#parts.wake()
    })
  }

  async #whenRoom(): Promise<void> {
    if (this.#room === null) {
      let resolve = (): void => {}
      const promise = new Promise<void>(done => (resolve = done))
      this.#room = { promise, resolve }
    }
    await this.#room.promise
  }

  #releaseRoom(): void {
    this.#room?.resolve()
    this.#room = null
  }
}
