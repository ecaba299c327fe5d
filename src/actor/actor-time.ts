import { wallMsAt } from '../core/clock.ts'
import { FrameKind } from '../ring/index.ts'
import { type SplitTime, WHOLE_INSTANCE } from '../time/split-watermarks.ts'
import { WatermarkMerge } from '../time/watermark-merge.ts'
import type { ActorParts } from './actor-parts.ts'
import type { Progress, StateChunk } from './contract.ts'

/** Time as a checkpoint keeps it: 'time' is that of one actor, 'splitTime' that of one split. */
export interface TimeChunk {
  readonly scope: 'time' | 'splitTime'
  readonly id: number
  readonly value: unknown
}

export function isTime(chunk: StateChunk | TimeChunk): chunk is TimeChunk {
  return chunk.scope === 'time' || chunk.scope === 'splitTime'
}

export function isState(chunk: StateChunk | TimeChunk): chunk is StateChunk {
  return !isTime(chunk)
}

interface InstanceTime {
  readonly watermark: number
  readonly passed: number
  /** Of a source that does not tell its splits apart. */
  readonly whole?: SplitTime | undefined
}

const NONE_TIMED: readonly number[] = []

const DONE = -1
const HELD = -2

/**
 * Event time of one actor: from its channels or its splits, through its operators in their order, and out with its outboxes. While it passes the
 * operators (`isAdvancing`) the actor does nothing else; it may take several steps, so that what they emit can be sent between them.
 */
export class ActorTime {
  readonly #parts: ActorParts
  readonly #entering: (operator: number) => void
  /** Once a channel has said something of time. */
  #merge: WatermarkMerge | null = null
  /** Positions of the operators that want to be called at some time. */
  readonly #timed: readonly number[]
  /** What came in; what the operators hear of now; what has gone out. They differ where the head holds watermarks. */
  #watermark = -Infinity
  #passing = -Infinity
  #passed = -Infinity
  #idle = false
  /** Operator that hears of the watermark next, or DONE. */
  #next = DONE
  /** Operator whose time has come, and the time at which it was called, which has failed. */
  #calling: { readonly position: number; readonly nowMs: number } | null = null

  /** @param entering called before an operator is, with its position, so that what it throws is blamed on it */
  constructor(parts: ActorParts, entering: (operator: number) => void) {
    this.#parts = parts
    this.#entering = entering
    const timed = parts.operators.flatMap(({ actor: { onTime } }, position) => (onTime === undefined ? [] : [position]))
    this.#timed = timed.length === 0 ? NONE_TIMED : timed
  }

  /** What the operators have heard of, or are hearing of. */
  get watermark(): number {
    return this.#watermark
  }

  get isAdvancing(): boolean {
    return this.#next !== DONE
  }

  /** A channel brought a watermark, or word of being idle or active. */
  receive(kind: FrameKind, channel: number, value: number): void {
    if (this.#parts.splits !== null) return
    const merge = this.#merged()
    if (kind === FrameKind.watermark) merge.advance(channel, value)
    else merge.setIdle(channel, kind === FrameKind.idle)
    this.#follow(merge)
  }

  channelEnded(channel: number): void {
    if (this.#parts.splits !== null) return
    const merge = this.#merged()
    merge.end(channel)
    this.#follow(merge)
  }

  #merged(): WatermarkMerge {
    return (this.#merge ??= new WatermarkMerge(this.#parts.mailbox.channelCount))
  }

  get hasTimers(): boolean {
    return this.#timed.length > 0 || this.#parts.splits !== null
  }

  /**
   * Wall-clock time in ms at which `callDue` has something to do; Infinity for never.
   *
   * @param standing the actor stands still until an operator is ready: only such operators keep their times
   */
  wakeAtMs(standing: boolean): number {
    const { splits, clock } = this.#parts
    let first = standing || splits === null ? Infinity : wallMsAt(clock, splits.wakeAtMs)
    for (const position of this.#timed) {
      const { ready, wakeAtMs } = this.#parts.operators[position]!.actor
      if (!standing || ready !== undefined) first = Math.min(first, wakeAtMs!)
    }
    return first
  }

  /** Calls the operators whose time has come, and looks for splits that are idle by now. False when nothing was due. */
  callDue(standing: boolean): boolean {
    const failed = this.#calling
    const nowMs = failed?.nowMs ?? this.#parts.clock.nowMs()
    if (failed === null && this.wakeAtMs(standing) > nowMs) return false
    for (const position of this.#timed) {
      if (failed !== null && position < failed.position) continue
      const operator = this.#parts.operators[position]!.actor
      if (operator.wakeAtMs! > nowMs || (standing && operator.ready === undefined)) continue
      this.#calling = { position, nowMs }
      this.repeatTime(position, nowMs)
      if (operator.wakeAtMs! <= nowMs) this.#parts.log?.cannot('more timers were due than are called at once')
    }
    this.#calling = null
    if (!standing) this.lookAtSplits()
    return true
  }

  /** A call by the clock has failed: it is made again before anything else. */
  get isCalling(): boolean {
    return this.#calling !== null
  }

  repeatTime(position: number, nowMs: number): void {
    const { log, operators } = this.#parts
    log?.begin('time')
    this.#entering(position)
    operators[position]!.actor.onTime!(nowMs)
    log?.done('time', nowMs, position)
  }

  /** Time is what it was when the operators had the state that they have. */
  replayFrom(watermark: number): void {
    this.#watermark = watermark
  }

  repeatWatermark(position: number, watermark: number): void {
    this.#watermark = watermark
    this.#tellOperator(position, watermark)
  }

  /** Goes on where the time of its predecessor stands. */
  takeOver(interrupted: ActorTime): void {
    this.#merge = interrupted.#merge
    this.#watermark = interrupted.#watermark
    this.#passing = interrupted.#passing
    this.#passed = interrupted.#passed
    this.#idle = interrupted.#idle
    this.#next = interrupted.#next
    this.#calling = interrupted.#calling
  }

  /** Records were read, or time went by without any. */
  lookAtSplits(): void {
    const { splits, clock } = this.#parts
    if (splits !== null && splits.update(clock.monotonicMs())) this.#follow(splits)
  }

  /** The input is over. */
  end(): void {
    if (this.#watermark < Infinity) this.#begin(Infinity)
  }

  /** Takes up a watermark that the head has let go of, if there is one: `goOn` tells the others. */
  release(): boolean {
    const released = this.#parts.operators[0]?.actor.releasedWatermark
    if (released === undefined) return false
    if (released <= this.#passed) {
      this.#tellIdle()
      return false
    }
    this.#passing = released
    this.#next = 1
    return true
  }

  /** Goes on telling the operators; false when it has to be called again. */
  goOn(): boolean {
    const { operators } = this.#parts
    while (this.#next < operators.length) {
      const result = operators[this.#next]!.actor.onWatermark === undefined ? 'done' : this.#tellOperator(this.#next, this.#passing)
      if (result === 'more') return false
      this.#next = result === 'held' ? HELD : this.#next + 1
      if (this.#next === HELD) break
    }
    if (this.#next !== HELD) this.#pass()
    this.#next = DONE
    this.#parts.log?.longIsOver()
    this.#tellIdle()
    return true
  }

  #tellOperator(position: number, watermark: number): Progress | 'held' {
    const { log, operators } = this.#parts
    log?.beginLong('watermark', watermark)
    this.#entering(position)
    const result = operators[position]!.actor.onWatermark!(watermark)
    log?.done('watermark', watermark, position)
    return result
  }

  #pass(): void {
    this.#passed = this.#passing
    // The end of a channel says it, and what the operators emit at their end comes before it.
    if (this.#passed < Infinity) this.#tellOutboxes(this.#passed)
  }

  #tellOutboxes(watermark: number): void {
    this.#parts.log?.begin('told')
    for (const outbox of this.#parts.outboxes) outbox.watermark(watermark)
    this.#parts.log?.done('told', watermark)
  }

  snapshot(): TimeChunk[] {
    const { splits, index } = this.#parts
    const times = splits?.snapshot() ?? new Map<number, SplitTime>()
    const whole = times.get(WHOLE_INSTANCE)
    times.delete(WHOLE_INSTANCE)
    const instance: InstanceTime = { watermark: this.#watermark, passed: this.#passed, ...(whole && { whole }) }
    return [{ scope: 'time', id: index, value: instance }, ...[...times].map(([id, value]) => ({ scope: 'splitTime' as const, id, value }))]
  }

  /**
   * Every instance of the task had come to one of these watermarks; with another number of instances, the smallest is what all had reached. Then an
   * instance reads other splits than before, so what it knew of them as a whole is of no use either.
   */
  restore(chunks: readonly TimeChunk[]): void {
    const { index, parallelism, splits, clock } = this.#parts
    const nowMs = clock.monotonicMs()
    const instances = chunks.filter(({ scope }) => scope === 'time')
    if (instances.length === 0) return
    for (const { scope, id, value } of chunks) if (scope === 'splitTime') splits?.restore(id, value as SplitTime, nowMs)
    const { whole } = (instances.find(({ id }) => id === index)?.value ?? {}) as Partial<InstanceTime>
    if (whole !== undefined && instances.length === parallelism) splits?.restore(WHOLE_INSTANCE, whole, nowMs)
    const watermark = Math.min(...instances.map(({ value }) => (value as InstanceTime).watermark))
    if (watermark > -Infinity) {
      this.#watermark = watermark
      this.#merged().restore(watermark)
      splits?.restoreWatermark(watermark)
      this.#passed = Math.min(...instances.map(({ value }) => (value as InstanceTime).passed))
      if (this.#passed > -Infinity && this.#passed < Infinity) this.#tellOutboxes(this.#passed)
    }
    // Whoever is idle since before the restart says so again: nothing else would.
    if (splits?.resumeIdle() === true) this.#tell(true)
  }

  #follow(time: { readonly watermark: number; readonly idle: boolean }): void {
    if (this.#idle && !time.idle) this.#tell(false)
    if (time.watermark > this.#watermark) this.#begin(time.watermark)
    else this.#tellIdle()
  }

  /** Says that nothing comes for now, unless the head still has something to send: whoever hears of it waits for none of it. */
  #tellIdle(): void {
    if (this.#idle || (this.#parts.splits ?? this.#merge)?.idle !== true || this.#parts.operators[0]?.actor.holdsRecords === true) return
    this.#tell(true)
  }

  #begin(watermark: number): void {
    this.#watermark = watermark
    this.#passing = watermark
    this.#next = 0
  }

  #tell(idle: boolean): void {
    this.#idle = idle
    this.#parts.log?.begin('send')
    for (const outbox of this.#parts.outboxes) outbox.idle(idle)
    this.#parts.log?.done('send')
  }
}
