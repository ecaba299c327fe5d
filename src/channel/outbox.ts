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
  #kept = false
  /** A watermark that waits for the next flush, or NaN. It may always come later, and then travels for many batches at once. */
  #watermark = NaN
  #beforeWatermark: ((watermark: number) => void) | null = null
  /** By source, a latency marker that waits for the next flush: of several the oldest, which was held up longest. */
  #markers: Map<number, number> | null = null
  /** Channel that the next marker goes to. */
  #marked = 0
  /** The channel that was found widest last; those behind it are asked first. */
  #widest = -1

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
    for (let from = 0; from < count; from += BATCH_RECORDS_MAX) {
      const to = Math.min(count, from + BATCH_RECORDS_MAX)
      const part = from === 0 && to === count ? columns : columns.map(({ name, values }) => ({ name, values: values.slice(from, to) }))
      this.#senders[channel]!.sendColumns(part, to - from)
    }
    this.recordsOut += count
    this.#flush(this.#senders[channel]!)
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
    this.#sendControl(FrameKind.watermark, this.#watermark)
    this.#watermark = NaN
  }

  /** To every channel, behind all records pushed so far. */
  broadcast(kind: FrameKind, value: number): void {
    this.flushBatches()
    this.#sendControl(kind, value)
  }

  /** Sends what had to wait. False while something still waits: the actor must not run. */
  flushKept(): boolean {
    if (!this.#kept) return true
    let clear = true
    for (const sender of this.#senders) clear = sender.flush() && clear
    this.#kept = !clear
    return clear
  }

  #makeRoom(channel: number, times: Float64Array[]): void {
    const full = times[channel]!
    times[channel] = new Float64Array(Math.max(TIMES_FIRST, 2 * full.length))
    times[channel].set(full)
  }

  /** To each channel in turn. */
  #sendMarkers(markers: ReadonlyMap<number, number>): void {
    for (const marker of markers.values()) {
      const sender = this.#senders[this.#marked]!
      this.#marked = (this.#marked + 1) % this.channelCount
      sender.sendControl(FrameKind.latency, marker)
      this.#flush(sender)
    }
    this.#markers = null
  }

  #sendControl(kind: FrameKind, value: number): void {
    for (const sender of this.#senders) {
      sender.sendControl(kind, value)
      this.#flush(sender)
    }
  }

  #sendBatch(channel: number): void {
    const count = this.#counts[channel]!
    if (count === 0) return
    const sender = this.#senders[channel]!
    sender.sendRecords(this.#records[channel]!, count, this.#times === null ? null : this.#times[channel]!)
    this.#counts[channel] = 0
    this.recordsOut += count
    this.#limits[channel] = Math.min(this.#batchRecords, sender.batchRecordsMax)
    this.#flush(sender)
  }

  #flush(sender: ChannelSender): void {
    if (!sender.flush()) this.#kept = true
  }
}
