import type { Column, Output } from '../actor/contract.ts'
import { BATCH_RECORDS_MAX } from '../limits.ts'
import { FrameKind } from '../ring/index.ts'
import type { ChannelSender } from './channel-sender.ts'

const NO_TIMES = new Float64Array(0)
/** Event times for which a channel has room at first. */
const TIMES_FIRST = 16

/** One outgoing edge of an actor: gathers records per channel until a batch is full, and passes control frames to all channels. */
export class Outbox implements Output {
  readonly channelCount: number
  readonly route: Uint16Array
  /** Records that were pushed, for metrics. */
  recordsOut = 0
  readonly #senders: readonly ChannelSender[]
  readonly #records: unknown[][]
  readonly #times: Float64Array<ArrayBufferLike>[] | null
  readonly #counts: Int32Array
  readonly #limits: Int32Array
  readonly #batchRecords: number
  readonly #tellsTime: boolean
  /** Channels in which something waits for credit or room. */
  #kept: Set<number> | null = null
  /** A watermark that waits for the next flush, or NaN. It may always come later, and then travels for many batches at once. */
  #watermark = NaN
  #beforeWatermark: ((watermark: number) => void) | null = null
  /** By source, a latency marker that waits for the next flush: of several the oldest, which was held up longest. */
  #markers: Map<number, number> | null = null
  /** Channel that the next marker goes to. */
  #marked = 0
  /** The channel that was found widest last; those behind it are asked first. */
  #widest = -1
  /** By channel: records that were given to its sender. */
  readonly #sent: Float64Array
  /** Batches that were given to senders, or failed while they were. */
  batchesSent = 0
  /** A sender has thrown: how much of the batch is out is not known. */
  isBroken = false
  /** By channel: records that come again and are out already; null where none do. */
  #repeated: Float64Array | null = null
  /** Records that came again and were dropped. */
  #dropped = 0
  /** Calls are made again, whose watermarks and markers are out. */
  #isReplaying = false

  /**
   * @param tellsTime false where nobody asks for event time at the other end, which every watermark would wake: the app's thread
   */
  constructor(senders: readonly ChannelSender[], route: Uint16Array, timestamps: boolean, batchRecords: number, tellsTime = true) {
    this.channelCount = senders.length
    this.route = route
    this.#senders = senders
    // They grow with what is sent: of ten thousand channels most are idle. Not empty, so that they are arrays of anything from the first record on.
    this.#records = senders.map(() => [undefined])
    this.#times = timestamps ? senders.map(() => NO_TIMES) : null
    this.#counts = new Int32Array(senders.length)
    this.#batchRecords = batchRecords
    this.#tellsTime = tellsTime
    this.#sent = new Float64Array(senders.length)
    this.#limits = Int32Array.from(senders, (sender) => Math.min(batchRecords, sender.batchRecordsMax))
  }

  push(channel: number, record: unknown, timestamp: number): void {
    const row = this.#counts[channel]!
    this.#records[channel]![row] = record
    if (this.#times !== null) {
      if (row >= this.#times[channel]!.length) this.#makeRoom(channel, this.#times)
      this.#times[channel]![row] = timestamp
    }
    this.#counts[channel] = row + 1
    if (row + 1 >= this.#limits[channel]!) this.#sendBatch(channel)
  }

  pushColumns(channel: number, columns: readonly Column[], count: number): void {
    this.#sendBatch(channel)
    const first = this.#repeated === null ? 0 : this.#drop(this.#repeated, channel, count)
    if (first === count) return
    this.batchesSent++
    this.isBroken = true
    for (let from = first; from < count; from += BATCH_RECORDS_MAX) {
      const to = Math.min(count, from + BATCH_RECORDS_MAX)
      const part = from === 0 && to === count ? columns : columns.map(({ name, values }) => ({ name, values: values.slice(from, to) }))
      this.#senders[channel]!.sendColumns(part, to - from)
    }
    this.isBroken = false
    this.#sent[channel]! += count - first
    this.recordsOut += count - first
    this.#flush(channel)
  }

  widest(): number {
    let best = 0
    let most = -Infinity
    for (let i = 1; i <= this.channelCount; i++) {
      const channel = (this.#widest + i) % this.channelCount
      const available = this.#senders[channel]!.availableBytes - this.#counts[channel]!
      if (available > most) [best, most] = [channel, available]
    }
    return (this.#widest = best)
  }

  pending(channel: number): number {
    return this.#counts[channel]!
  }

  /** True while a partly filled batch waits. */
  get holdsBack(): boolean {
    if (!Number.isNaN(this.#watermark) || this.#markers !== null) return true
    for (let channel = 0; channel < this.channelCount; channel++) if (this.#counts[channel]! > 0) return true
    return false
  }

  beforeWatermark(fn: (watermark: number) => void): void {
    this.#beforeWatermark = fn
  }

  /** All records up to this event time were pushed. */
  watermark(watermark: number): void {
    if (this.#tellsTime) this.#watermark = watermark
  }

  /** From now on no records are to be expected, or some are again. */
  idle(idle: boolean): void {
    if (this.#tellsTime) this.broadcast(idle ? FrameKind.idle : FrameKind.active, 0)
  }

  /** A marker behind all records pushed so far, for one of the channels. */
  latency(source: number, marker: number): void {
    this.#markers ??= new Map()
    if (!this.#markers.has(source)) this.#markers.set(source, marker)
  }

  /** Sends partly filled batches, and the watermark behind them. */
  flushBatches(): void {
    for (let channel = 0; channel < this.channelCount; channel++) this.#sendBatch(channel)
    if (this.#markers !== null) this.#sendMarkers(this.#markers)
    if (Number.isNaN(this.#watermark)) return
    this.#beforeWatermark?.(this.#watermark)
    if (!this.#isReplaying) this.#sendControl(FrameKind.watermark, this.#watermark)
    this.#watermark = NaN
  }

  /** To every channel, behind all records pushed so far. */
  broadcast(kind: FrameKind, value: number): void {
    this.flushBatches()
    this.#sendControl(kind, value)
  }

  /** Sends what had to wait. False while something still waits: the actor must not run. */
  flushKept(): boolean {
    if (this.#kept === null) return true
    for (const channel of this.#kept) if (this.#senders[channel]!.flush()) this.#kept.delete(channel)
    if (this.#kept.size > 0) return false
    this.#kept = null
    return true
  }

  /** By channel: records that are out, those that wait for credit included. Valid until something is sent. */
  get sent(): Readonly<Float64Array> {
    return this.#sent
  }

  /** Records that were pushed since the begin, or since a replay began. */
  get made(): number {
    let made = this.recordsOut + this.#dropped
    for (let channel = 0; channel < this.channelCount; channel++) made += this.#counts[channel]!
    return made
  }

  /** What was pushed since `sent` was `from`, when `made` was `made`, comes again. What is not out yet is made anew. */
  beginReplay(from: Readonly<Float64Array>, made: number): void {
    this.#repeated = this.#sent.map((sent, channel) => sent - from[channel]!)
    this.#counts.fill(0)
    this.#watermark = NaN
    this.#markers = null
    this.#dropped = made - this.recordsOut
    this.#isReplaying = true
  }

  /** What comes again was made, but for records of a call that was interrupted. */
  endReplay(): void {
    this.#isReplaying = false
  }

  /** Fewer records have come again, those that wait for company included, than are out of some channel. */
  get owes(): boolean {
    return this.#repeated?.some((left, channel) => left > this.#counts[channel]!) ?? false
  }

  /** How many of so many records are out already. */
  #drop(repeated: Float64Array, channel: number, count: number): number {
    const dropped = Math.min(count, repeated[channel]!)
    repeated[channel]! -= dropped
    this.#dropped += dropped
    if (dropped > 0 && repeated.every((left) => left === 0)) this.#repeated = null
    return dropped
  }

  /** Leaves out the first records of a batch. */
  #dropRepeated(channel: number, repeated: Float64Array): number {
    const count = this.#counts[channel]!
    const dropped = this.#drop(repeated, channel, count)
    if (dropped === 0) return count
    this.#records[channel]!.copyWithin(0, dropped, count)
    if (this.#times !== null) this.#times[channel]!.copyWithin(0, dropped, count)
    return (this.#counts[channel] = count - dropped)
  }

  #makeRoom(channel: number, times: Float64Array[]): void {
    const full = times[channel]!
    times[channel] = new Float64Array(Math.max(TIMES_FIRST, 2 * full.length))
    times[channel].set(full)
  }

  /** To each channel in turn. */
  #sendMarkers(markers: ReadonlyMap<number, number>): void {
    for (const marker of markers.values()) {
      const channel = this.#marked
      this.#marked = (channel + 1) % this.channelCount
      this.#senders[channel]!.sendControl(FrameKind.latency, marker)
      this.#flush(channel)
    }
    this.#markers = null
  }

  #sendControl(kind: FrameKind, value: number): void {
    for (let channel = 0; channel < this.channelCount; channel++) {
      this.#senders[channel]!.sendControl(kind, value)
      this.#flush(channel)
    }
  }

  #sendBatch(channel: number): void {
    let count = this.#counts[channel]!
    if (count > 0 && this.#repeated !== null) count = this.#dropRepeated(channel, this.#repeated)
    if (count === 0) return
    const sender = this.#senders[channel]!
    this.batchesSent++
    this.isBroken = true
    sender.sendRecords(this.#records[channel]!, count, this.#times === null ? null : this.#times[channel]!)
    this.isBroken = false
    this.#counts[channel] = 0
    this.#sent[channel]! += count
    this.recordsOut += count
    this.#limits[channel] = Math.min(this.#batchRecords, sender.batchRecordsMax)
    this.#flush(channel)
  }

  #flush(channel: number): void {
    if (!this.#senders[channel]!.flush()) (this.#kept ??= new Set()).add(channel)
  }
}
