import type { Clock } from '../core/clock.ts'
import type { Outboxes, OutboxesMark } from '../channel/outboxes.ts'
import type { Arrived } from './batch-input.ts'
import { LOGGED_CALL_BYTES, RETAINED_SHARE_ASKING } from './replay-limits.ts'

/** What of an actor's operators a log knows. */
export type LoggedKind =
  /** A batch went through the chain. */
  | 'batch'
  /** One operator heard of a watermark, once. */
  | 'watermark'
  /** A watermark was given to the outboxes. */
  | 'told'
  /** One operator was called because its time had come. */
  | 'time'
  /** All operators passed on what they held back. */
  | 'flush'
  /** All operators looked after themselves. */
  | 'after-batch'
  /** Partly filled batches left. */
  | 'send'
  /** One operator was called at the end of the input, once. */
  | 'end'

/** A call of operators that is over, with all that it depended on but for the clock. */
export interface Logged {
  readonly kind: LoggedKind
  /** Watermark, time of the clock, 1 for a flush by force. */
  readonly value: number
  readonly position: number
  readonly arrived: Arrived | null
}

/** The place of a barrier in the log: a checkpoint holds what the operators kept there. */
interface Mark {
  readonly checkpoint: number
  readonly entries: number
  readonly readings: number
  /** Of all that was logged until then. */
  readonly bytes: number
  readonly outputs: OutboxesMark
  readonly watermark: number
}

/** What is to be said of operators that have failed. */
export interface LoneVerdict {
  /** Why they cannot be brought to where they were; null: they can. */
  readonly because: string | null
  /** They have failed there before. */
  readonly again: boolean
}

/** What an actor was given before its end is not kept. */
export const HAS_ENDED: LoneVerdict = { because: 'it has ended', again: false }

/** Where a replay begins. */
export type ReplayBase = Pick<Mark, 'outputs' | 'watermark'>

/** What the logs of a worker may keep together. */
export class RetainedBytes {
  readonly maxBytes: number
  readonly #wantCheckpoint: () => void
  #bytes = 0
  #asked = false

  constructor(maxBytes: number, wantCheckpoint: () => void) {
    this.maxBytes = maxBytes
    this.#wantCheckpoint = wantCheckpoint
  }

  get bytes(): number {
    return this.#bytes
  }

  /** False when it is too much. */
  take(bytes: number): boolean {
    this.#bytes += bytes
    if (!this.#asked && this.#bytes > this.maxBytes * RETAINED_SHARE_ASKING) {
      this.#asked = true
      this.#wantCheckpoint()
    }
    return this.#bytes <= this.maxBytes
  }

  give(bytes: number): void {
    this.#bytes -= bytes
    if (this.#bytes <= this.maxBytes * RETAINED_SHARE_ASKING) this.#asked = false
  }
}

/**
 * What one actor's operators were given since the newest complete checkpoint, in the order in which they were given it: enough to bring them, from that checkpoint on, to
 * where they were. A call is logged when it is over; one that was interrupted is made again by whoever made it.
 */
export class ActorLog {
  readonly #retained: RetainedBytes
  readonly #outboxes: Outboxes
  /** What the operators make of a batch comes in the same order again. */
  readonly #inOrder: boolean
  #entries: Logged[] = []
  #readings: number[] = []
  /** How many readings of the clock were given out: fewer than there are while calls are made again. */
  #read = 0
  /** The first is what the log begins with, and is complete or may become so; those behind it are of checkpoints under way. */
  #marks: Mark[]
  #bytes = 0
  /** Calls that were logged since the actor was made first, and how many it were when its operators failed last. */
  #logged = 0
  #failedAt = -1
  /** Something of the call that failed is out. */
  #failedSending = false
  #isInside = false
  #isReplaying = false
  /** Why the log is of no use until the next barrier; null: it is. */
  #because: string | null = null
  /** The call that is not over. */
  #at: LoggedKind | null = null
  #sentBefore = 0
  #madeBefore = 0
  /** What takes several calls: a watermark, or the end of an operator. */
  #longValue = NaN
  #isLong = false
  #sentBeforeLong = 0

  constructor(retained: RetainedBytes, outboxes: Outboxes, inOrder: boolean) {
    this.#retained = retained
    this.#outboxes = outboxes
    this.#inOrder = inOrder
    this.#marks = [{ checkpoint: 0, entries: 0, readings: 0, bytes: 0, outputs: outboxes.mark(), watermark: -Infinity }]
  }

  /** The operators are about to begin, with a checkpoint, or 0, and its event time. */
  opened(checkpoint: number, watermark: number): void {
    this.#marks = this.#marks.map((mark) => ({ ...mark, checkpoint, watermark }))
  }

  /** The same time again where calls are made again. Whoever looks at the clock outside of them has the real one. */
  clock(clock: Clock): Clock {
    const read = (now: () => number): number => {
      if (!this.#isInside || this.#because !== null) return now()
      if (this.#read < this.#readings.length) return this.#readings[this.#read++]!
      const reading = now()
      this.#readings.push(reading)
      this.#read++
      this.#keep(8)
      return reading
    }
    return { nowMs: () => read(() => clock.nowMs()), monotonicMs: () => read(() => clock.monotonicMs()) }
  }

  begin(kind: LoggedKind): void {
    this.#isInside = true
    if (this.#isReplaying) return
    this.#at = kind
    this.#sentBefore = this.#outboxes.batchesSent
    this.#madeBefore = this.#outboxes.made
  }

  /** The same for a call that may be one of several about one thing, which `value` tells apart. */
  beginLong(kind: LoggedKind, value: number): void {
    this.begin(kind)
    if (this.#isReplaying || (this.#isLong && this.#longValue === value)) return
    this.#isLong = true
    this.#longValue = value
    this.#sentBeforeLong = this.#sentBefore
  }

  longIsOver(): void {
    this.#isLong = false
  }

  /** The call that began is over. */
  done(kind: LoggedKind, value = 0, position = 0, arrived: Arrived | null = null): void {
    this.#isInside = false
    if (this.#isReplaying) return
    const [isTorn, isOrdered] = [this.#sentInside, this.#isOrdered]
    this.#at = null
    this.#logged++
    if (this.#because !== null) return
    this.#entries.push({ kind, value, position, arrived })
    this.#keep(LOGGED_CALL_BYTES + (arrived === null ? 0 : arrived.costBytes))
    if (isTorn && !isOrdered && kind !== 'send') this.#sendRest()
  }

  /** What may come in another order the next time is out as a whole, or not at all: records are dropped by their number. */
  #sendRest(): void {
    this.#outboxes.flushBatches()
    this.#entries.push({ kind: 'send', value: 0, position: 0, arrived: null })
    this.#keep(LOGGED_CALL_BYTES)
  }

  /** Something of the call that is not over is out, or of those before it about the same thing. */
  get #sentInside(): boolean {
    return this.#outboxes.batchesSent !== (this.#isLong ? this.#sentBeforeLong : this.#sentBefore)
  }

  get #isOrdered(): boolean {
    return this.#inOrder && this.#at === 'batch' && !this.#isLong
  }

  /** Something happened that cannot be made again as it was. */
  cannot(because: string): void {
    this.#because ??= because
    this.#release()
  }

  /** The operators' state goes into a checkpoint as it is now. */
  barrier(checkpoint: number, watermark: number): void {
    const [entries, readings] = [this.#entries.length, this.#readings.length]
    const mark = { checkpoint, entries, readings, bytes: this.#bytes, outputs: this.#outboxes.mark(), watermark }
    if (this.#because === null) return void this.#marks.push(mark)
    this.#because = null
    this.#marks = [mark]
  }

  checkpointEnded(checkpoint: number, isComplete: boolean): void {
    if (this.#isReplaying) return
    if (isComplete) return void this.#from(checkpoint)
    if (this.#marks.length > 1) this.#marks = this.#marks.filter((mark, at) => at === 0 || mark.checkpoint !== checkpoint)
  }

  /** What was logged before a barrier is not needed any more. False when the log does not reach back to it. */
  #from(checkpoint: number): boolean {
    const at = this.#marks.findIndex((mark) => mark.checkpoint === checkpoint)
    if (at === -1) return false
    const { entries, readings, bytes } = this.#marks[at]!
    if (entries > 0) this.#entries = this.#entries.slice(entries)
    if (readings > 0) this.#readings = this.#readings.slice(readings)
    this.#read -= readings
    this.#retained.give(bytes)
    this.#bytes -= bytes
    this.#marks = this.#marks.slice(at).map((mark) => ({
      ...mark,
      entries: mark.entries - entries,
      readings: mark.readings - readings,
      bytes: mark.bytes - bytes,
    }))
    return true
  }

  /** Whether the operators, which have thrown, can be brought to where they were. */
  verdict(): LoneVerdict {
    const again = this.#failedAt === this.#logged
    this.#failedAt = this.#logged
    if (!this.#isReplaying) this.#failedSending = this.#sentInside
    return { because: this.#whyNot(), again }
  }

  #whyNot(): string | null {
    if (this.#because !== null) return this.#because
    if (this.#outboxes.isBroken) return 'it failed while it sent'
    if (this.#isReplaying) return null
    if (this.#at === null || this.#at === 'after-batch' || this.#at === 'send') return 'it failed between two records, not in one'
    if (!this.#sentInside || this.#isOrdered) return null
    return 'a part of what it was about to send is out, and may come in another order'
  }

  /** From now on calls are made again. Null when the log does not reach back to the checkpoint. */
  replay(checkpoint: number): ReplayBase | null {
    if (this.#because !== null || !this.#from(checkpoint)) return null
    this.#isReplaying = true
    this.#isInside = false
    this.#read = 0
    return this.#marks[0]!
  }

  get entries(): readonly Logged[] {
    return this.#entries
  }

  /** All calls were made again. False when they made something else than before. */
  replayed(): boolean {
    this.#isReplaying = false
    if (this.#outboxes.made === this.#madeBefore && (this.#failedSending || !this.#outboxes.owe)) return true
    this.cannot('it made something else of the same input')
    return false
  }

  /** Gives back what it keeps. */
  close(): void {
    this.#because ??= 'it is closed'
    this.#release()
  }

  #keep(bytes: number): void {
    this.#bytes += bytes
    if (!this.#retained.take(bytes)) this.cannot(`what its worker keeps for this is bounded by ${this.#retained.maxBytes} bytes`)
  }

  #release(): void {
    this.#retained.give(this.#bytes)
    this.#bytes = 0
    this.#entries = []
    this.#readings = []
    this.#read = 0
    this.#marks = []
  }
}
