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
  /** Asks for a checkpoint, which makes room. */
  readonly wantCheckpoint: () => void
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
  #ring: PeerRing | null = null
  #flushScheduled = false
  #ending = false
  #endSent = false
  #closedBy: MillraceError | null = null
  #room: { readonly promise: Promise<void>; readonly resolve: () => void } | null = null
  /** Pushes that wait for room; later ones queue up behind them. */
  #waiting = 0
  #checkpointWanted = false

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
  push(record: T): Promise<number> {
    try {
      return this.tryPush(record) ? Promise.resolve(this.#position) : this.#pushLater(record)
    } catch (error) {
      return Promise.reject(error as MillraceError)
    }
  }

  /**
   * Hands over records in order, waiting whenever there is no room; much quicker than one by one. Resolves to the position of the last one.
   *
   * @throws MillraceError as {@link push} does; the records that precede the refused one were pushed
   */
  async pushMany(records: readonly T[]): Promise<number> {
    let next = this.#waiting > 0 ? 0 : this.#takeMany(records, 0)
    while (next < records.length) next = await this.#whenRoom(() => this.#takeMany(records, next))
    return this.#position
  }

  /** Hands over a record if there is room now. Throws as {@link push} does. */
  tryPush(record: T): boolean {
    return this.#waiting > 0 && this.#closedBy === null ? false : this.#take(record)
  }

  get #position(): number {
    return this.#log.end + this.#buffer.length
  }

  #take(record: T): boolean {
    this.#demandOpen()
    if (this.#buffer.length >= BATCH_RECORDS_DEFAULT && !this.#seal()) return false
    // Here and not when the batch is encoded: whoever pushed it is to know, and its neighbours are not to suffer.
    assertSerializable(record, this.#context)
    this.#parts.freeze?.(record)
    this.#buffer.push(record)
    if (this.#buffer.length >= BATCH_RECORDS_DEFAULT) this.#seal()
    else if (!this.#flushScheduled) this.#scheduleFlush()
    return true
  }

  /** Takes records[from..) as far as there is room, and returns how far that was. */
  #takeMany(records: readonly T[], from: number): number {
    let next = from
    for (;;) {
      const taken = this.#buffer.length === 0 && records.length - next >= BATCH_RECORDS_DEFAULT ? this.#takeBatch(records, next) : 0
      if (taken === 0 && (next === records.length || !this.#take(records[next]!))) return next
      next += Math.max(1, taken)
    }
  }

  /** A whole batch without the buffer. Returns 0 when there is no room, or a record has to be refused: one by one they show which. */
  #takeBatch(records: readonly T[], from: number): number {
    this.#demandOpen()
    const to = from + BATCH_RECORDS_DEFAULT
    if (!this.#hasRoom()) return 0
    try {
      this.#log.append(new Uint8Array(this.#encoder.encode(records, from, to, null)), BATCH_RECORDS_DEFAULT)
    } catch {
      return 0
    }
    if (this.#parts.freeze !== null) for (let i = from; i < to; i++) this.#parts.freeze(records[i])
    this.#sealed()
    return BATCH_RECORDS_DEFAULT
  }

  #demandOpen(): void {
    if (this.#closedBy !== null) throw this.#closedBy
    if (this.#ending) throw new MillraceError('MR_RUN_ENDED', `The inlet "${this.name}" was drained; nothing can be pushed any more`)
  }

  async #pushLater(record: T): Promise<number> {
    while (!(await this.#whenRoom(() => this.#take(record))));
    return this.#position
  }

  /** @internal A new attempt of the job reads on from `position`. */
  connect(route: InletRoute, position: number): void {
    this.#ring = route.ring
    this.#sender = new RingSender(route.channel, route.attempt, route.credits, route.exclusiveBytes, route.ring, this.#encoder)
    this.#endSent = false
    this.#log.rewind(position, (records) => new Uint8Array(this.#newEncoder().encode(records, 0, records.length, null)))
    this.pump()
  }

  /** @internal The attempt is over; what is pushed waits for the next. */
  disconnect(): void {
    this.#sender = null
  }

  /** @internal */
  commit(position: number): void {
    this.#log.commit(position)
    this.#checkpointWanted = false
    // What waited for room in the log has it now; nothing else may happen for a long time that would send it.
    this.pump()
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
    if (!this.#checkpointWanted && this.#log.isHalfFull) {
      this.#checkpointWanted = true
      this.#parts.wantCheckpoint()
    }
    // At once: whoever pushes without a pause may not let the event loop turn for long.
    this.#ring!.announce()
    if (this.#buffer.length < BATCH_RECORDS_DEFAULT) this.#releaseRoom()
  }

  /** No more records: this source of the job ends after what was pushed. A job whose sources have all ended finishes. */
  end(): void {
    if (this.#closedBy !== null) return
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
    if (!this.#hasRoom()) return false
    this.#append()
    this.#sealed()
    return true
  }

  #hasRoom(): boolean {
    return !this.#log.isFull && this.#log.isSent && (this.#sender === null || this.#sender.flush())
  }

  #sealed(): void {
    this.pump()
    this.#parts.wake()
  }

  /** What was pushed can be encoded, unless it was changed since or is too large: then the inlet is of no use any more, and says so. */
  #append(): void {
    const records = this.#buffer
    this.#buffer = []
    try {
      this.#appendRange(records, 0, records.length)
    } catch (error) {
      this.#closedBy = error as MillraceError
      this.#releaseRoom()
    }
  }

  /** Records that are too large together are halved. */
  #appendRange(records: readonly T[], from: number, to: number): void {
    try {
      this.#log.append(new Uint8Array(this.#encoder.encode(records, from, to, null)), to - from)
    } catch (error) {
      if (to - from === 1 || (error as MillraceError).code !== 'MR_RECORD_TOO_LARGE') throw error
      const middle = (from + to) >> 1
      this.#appendRange(records, from, middle)
      this.#appendRange(records, middle, to)
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

  /** Tries again when there may be room. */
  async #whenRoom<R>(push: () => R): Promise<R> {
    if (this.#room === null) {
      let resolve = (): void => {}
      const promise = new Promise<void>((done) => (resolve = done))
      this.#room = { promise, resolve }
    }
    this.#waiting++
    await this.#room.promise
    this.#waiting--
    try {
      return push()
    } catch (error) {
      // Whoever queued up behind this one waits for something to be pushed.
      this.#releaseRoom()
      throw error
    }
  }

  #releaseRoom(): void {
    this.#room?.resolve()
    this.#room = null
  }
}
